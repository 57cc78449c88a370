-- One row per event: the incident it belongs to.
SELECT
    event_id,
    number AS object_id,
    'exception' AS object_type,
    'exception' AS qualifier,
    file_no,
    file_line
FROM _incident_event
