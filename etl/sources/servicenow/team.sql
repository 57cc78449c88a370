-- One row per assignment group.
SELECT
    assignment_group AS team_id,
    assignment_group AS name,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM raw_servicenow__incident_event_log
WHERE assignment_group IS NOT NULL
GROUP BY assignment_group
