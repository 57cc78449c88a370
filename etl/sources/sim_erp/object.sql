/* Grain: one row per object that this system keeps the record of. */
SELECT
    order_id AS object_id,
    'order' AS object_type,
    file_no,
    file_line
FROM raw_sim_erp__orders
UNION ALL
SELECT
    order_line_id AS object_id,
    'order_line' AS object_type,
    file_no,
    file_line
FROM raw_sim_erp__order_lines
UNION ALL
SELECT
    supply_id AS object_id,
    'purchase_order' AS object_type,
    file_no,
    file_line
FROM raw_sim_erp__purchase_orders
UNION ALL
SELECT
    exception_id AS object_id,
    'exception' AS object_type,
    file_no,
    file_line
FROM raw_sim_erp__exceptions
