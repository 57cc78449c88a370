/* Grain: one row per purchase order line; each order has one line. */
SELECT
    'purchase_order' AS supply_type,
    supply_id AS purchase_order_id,
    supply_id,
    supplier_id,
    site_id,
    item_id,
    ordered_qty,
    asn_qty,
    received_qty,
    unit_cost,
    status,
    ordered_at,
    promised_date,
    eta_at,
    received_at,
    'EUR' AS currency_code,
    false AS is_blocked,
    file_no,
    file_line
FROM raw_sim_erp__purchase_orders
