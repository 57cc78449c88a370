/* Grain: one row per event and object it is about. */
SELECT
    'EDI-X' || log_no AS event_id,
    exception_id AS object_id,
    'exception' AS object_type,
    'exception' AS qualifier,
    file_no,
    file_line
FROM raw_sim_edi__exception_log
WHERE exception_id IS NOT NULL
UNION ALL
SELECT
    'EDI-X' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_edi__exception_log
WHERE order_id IS NOT NULL
