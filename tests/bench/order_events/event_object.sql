/* Grain: one row per event: each belongs to one order. */
SELECT
    event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_order_events__event
