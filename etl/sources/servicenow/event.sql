-- One row per row of the log. The activity is the state it was in; the business event says what the row
-- changed, most telling change first (an update that changed none of them means nothing to us).
SELECT
    event_id,
    event_no,
    incident_state AS activity,
    sys_updated_at AS timestamp,
    CASE
        WHEN previous_state IS NULL THEN 'exception_detected'
        WHEN reopen_count > previous_reopen_count THEN 'exception_reopened'
        WHEN incident_state = 'Closed' AND previous_state <> 'Closed' THEN 'exception_closed'
        WHEN incident_state = 'Resolved' AND previous_state <> 'Resolved' THEN 'exception_resolved'
        WHEN assignment_group IS DISTINCT FROM previous_group AND assignment_group IS NOT NULL THEN 'exception_assigned'
        WHEN previous_state = 'New' AND incident_state <> 'New' THEN 'exception_acknowledged'
    END AS business_event,
    'complete' AS lifecycle,
    sys_updated_by AS resource,
    assignment_group AS team_id,
    location AS site_id,
    file_no,
    file_line
FROM _incident_event
