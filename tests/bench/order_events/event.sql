/* Grain: one row per event. */
SELECT
    event_id,
    file_line AS event_no,
    activity,
    occurred_at AS timestamp,
    resource,
    site AS site_id,
    file_no,
    file_line
FROM raw_order_events__event
