/* Grain: one row per event and object it is about. */
SELECT
    'TMS-' || log_no AS event_id,
    shipment_id AS object_id,
    'shipment' AS object_type,
    'shipment' AS qualifier,
    file_no,
    file_line
FROM raw_sim_tms__status
WHERE shipment_id IS NOT NULL
UNION ALL
SELECT
    'TMS-' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_tms__status
WHERE order_id IS NOT NULL
UNION ALL
SELECT
    'TMS-' || news.log_no AS event_id,
    load.order_line_id AS object_id,
    'order_line' AS object_type,
    'order_line' AS qualifier,
    news.file_no,
    news.file_line
FROM raw_sim_tms__status AS news
INNER JOIN raw_sim_tms__loads AS load ON news.shipment_id = load.shipment_id
WHERE news.status = 'delivered'
UNION ALL
SELECT
    'TMS-X' || log_no AS event_id,
    exception_id AS object_id,
    'exception' AS object_type,
    'exception' AS qualifier,
    file_no,
    file_line
FROM raw_sim_tms__exception_log
WHERE exception_id IS NOT NULL
UNION ALL
SELECT
    'TMS-X' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_tms__exception_log
WHERE order_id IS NOT NULL
