-- One row per incident, as its last row says. A closed incident without resolved_at was never resolved.
WITH history AS (
    SELECT
        number,
        min(sys_updated_at) FILTER (WHERE incident_state <> 'New') AS acknowledged_at,
        max(sys_updated_at) FILTER (WHERE reopen_count > previous_reopen_count) AS reopened_at
    FROM _incident_event
    GROUP BY number
)

SELECT
    last_row.number AS exception_id,
    coalesce(last_row.category, 'no category') AS local_code,
    last_row.incident_state AS local_status,
    last_row.priority AS local_severity,
    last_row.location AS site_id,
    last_row.assignment_group AS owner_team_id,
    last_row.assigned_to AS owner_user_id,
    last_row.opened_at AS detected_at,
    history.acknowledged_at,
    last_row.resolved_at,
    last_row.closed_at,
    history.reopened_at,
    last_row.reopen_count,
    last_row.reassignment_count,
    NOT last_row.made_sla AS sla_breached,
    last_row.caused_by AS root_cause_code,
    last_row.closed_code AS resolution_code,
    last_row.file_no,
    last_row.file_line
FROM _incident_event AS last_row
INNER JOIN history ON last_row.number = history.number
WHERE last_row.step_no_from_last = 1
