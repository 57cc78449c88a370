-- One row per event of the log. It knows days, not times; its own number orders the events of a day.
SELECT
    event_id,
    CAST(regexp_extract(event_id, '[0-9]+') AS BIGINT) AS event_no,
    activity,
    CAST(day AS TIMESTAMP) AS timestamp,
    'complete' AS lifecycle,
    regexp_extract(pla, '''([^'']+)''', 1) AS site_id,
    file_no,
    file_line
FROM raw_inventory_sim__event
