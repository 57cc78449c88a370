SELECT
    item_id,
    name,
    product_family,
    unit_cost,
    unit_price,
    weight_kg,
    is_regulated,
    criticality,
    'EA' AS base_uom_code,
    'EUR' AS currency_code,
    file_no,
    file_line
FROM raw_network_simulator__items
