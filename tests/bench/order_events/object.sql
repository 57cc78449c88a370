/* Grain: one row per order. */
SELECT
    order_id AS object_id,
    'order' AS object_type,
    min(file_no) AS file_no,
    min(file_line) AS file_line
FROM raw_order_events__event
GROUP BY order_id
