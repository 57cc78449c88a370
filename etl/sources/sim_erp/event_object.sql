/* Grain: one row per event and object it is about. */
SELECT
    'ERP-' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_erp__order_log
WHERE order_id IS NOT NULL
UNION ALL
SELECT
    'ERP-' || log_no AS event_id,
    order_line_id AS object_id,
    'order_line' AS object_type,
    'order_line' AS qualifier,
    file_no,
    file_line
FROM raw_sim_erp__order_log
WHERE order_line_id IS NOT NULL
UNION ALL
SELECT
    'ERP-P' || log_no AS event_id,
    supply_id AS object_id,
    'purchase_order' AS object_type,
    'purchase_order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_erp__purchase_log
WHERE supply_id IS NOT NULL
UNION ALL
SELECT
    'ERP-X' || log_no AS event_id,
    exception_id AS object_id,
    'exception' AS object_type,
    'exception' AS qualifier,
    file_no,
    file_line
FROM raw_sim_erp__exception_log
WHERE exception_id IS NOT NULL
UNION ALL
SELECT
    'ERP-X' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_erp__exception_log
WHERE order_id IS NOT NULL
