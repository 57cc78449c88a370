-- One row per change of an incident's state; the state it was first seen in counts as a change.
SELECT
    number AS exception_id,
    step_no AS sequence_no,
    incident_state AS local_status,
    sys_updated_at AS changed_at,
    sys_updated_by AS user_id,
    assignment_group AS team_id,
    file_no,
    file_line
FROM _incident_event
WHERE previous_state IS NULL OR previous_state <> incident_state
