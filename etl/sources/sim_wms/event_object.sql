/* Grain: one row per event and object it is about. */
SELECT
    'WMS-' || log_no AS event_id,
    shipment_id AS object_id,
    'shipment' AS object_type,
    'shipment' AS qualifier,
    file_no,
    file_line
FROM raw_sim_wms__movements
WHERE shipment_id IS NOT NULL
UNION ALL
SELECT
    'WMS-' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_wms__movements
WHERE order_id IS NOT NULL
UNION ALL
SELECT
    'WMS-' || log_no AS event_id,
    order_line_id AS object_id,
    'order_line' AS object_type,
    'order_line' AS qualifier,
    file_no,
    file_line
FROM raw_sim_wms__movements
WHERE order_line_id IS NOT NULL
UNION ALL
SELECT
    'WMS-R' || log_no AS event_id,
    supply_id AS object_id,
    'purchase_order' AS object_type,
    'purchase_order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_wms__receipts
WHERE supply_id IS NOT NULL
UNION ALL
SELECT
    'WMS-' || issue.log_no AS event_id,
    pick.order_line_id AS object_id,
    'order_line' AS object_type,
    'order_line' AS qualifier,
    issue.file_no,
    issue.file_line
FROM raw_sim_wms__movements AS issue
INNER JOIN raw_sim_wms__movements AS pick
    ON issue.shipment_id = pick.shipment_id AND pick.movement = 'PICK_OK'
WHERE issue.movement = 'GOODS_ISSUE'
UNION ALL
SELECT
    'WMS-X' || log_no AS event_id,
    exception_id AS object_id,
    'exception' AS object_type,
    'exception' AS qualifier,
    file_no,
    file_line
FROM raw_sim_wms__exception_log
WHERE exception_id IS NOT NULL
UNION ALL
SELECT
    'WMS-X' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_wms__exception_log
WHERE order_id IS NOT NULL
