-- One row per name that acts on incidents. The log hides people behind another number in each role, so
-- `Updated by 21` and `Resolver 21` are two names here and may be one person.
WITH named AS (
    SELECT assigned_to AS user_id, 'assignee' AS role, file_no, file_line
    FROM raw_servicenow__incident_event_log
    UNION ALL
    SELECT sys_updated_by AS user_id, 'updater' AS role, file_no, file_line
    FROM raw_servicenow__incident_event_log
    UNION ALL
    SELECT resolved_by AS user_id, 'resolver' AS role, file_no, file_line
    FROM raw_servicenow__incident_event_log
    UNION ALL
    SELECT opened_by AS user_id, 'opener' AS role, file_no, file_line
    FROM raw_servicenow__incident_event_log
)

SELECT
    user_id,
    user_id AS name,
    min(role) AS role,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM named
WHERE user_id IS NOT NULL
GROUP BY user_id
