/* Grain: one row per item. */
SELECT
    item_id,
    name,
    product_family,
    criticality,
    unit_cost,
    unit_price,
    weight_kg,
    is_regulated,
    'EA' AS base_uom_code,
    'EUR' AS currency_code,
    file_no,
    file_line
FROM raw_sim_erp__items
