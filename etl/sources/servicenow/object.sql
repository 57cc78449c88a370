-- One row per incident, from its first row.
SELECT
    number AS object_id,
    'exception' AS object_type,
    file_no,
    file_line
FROM _incident_event
WHERE step_no = 1
