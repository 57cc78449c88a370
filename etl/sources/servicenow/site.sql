-- One row per location that incidents name.
SELECT
    location AS site_id,
    location AS name,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM raw_servicenow__incident_event_log
WHERE location IS NOT NULL
GROUP BY location
