/* Grain: one row per entry of this system's logs. */
SELECT
    'WEB-' || log.log_no AS event_id,
    log.log_no AS event_no,
    coalesce(step.canonical_code, log.state) AS activity,
    log.logged_at AS timestamp,
    'complete' AS lifecycle,
    'web shop' AS resource,
    'automatic' AS resource_type,
    NULL AS department,
    NULL AS team_id,
    NULL AS site_id,
    NULL AS note,
    log.file_no,
    log.file_line
FROM raw_sim_webshop__web_orders AS log
LEFT JOIN code_map AS step
    ON step.source_system = 'sim_webshop' AND step.kind = 'activity' AND log.state = step.local_code
UNION ALL
SELECT
    'WEB-X' || log.log_no AS event_id,
    log.log_no AS event_no,
    coalesce(log.action, step.canonical_code, log.activity) AS activity,
    log.logged_at AS timestamp,
    log.lifecycle AS lifecycle,
    coalesce(log.user_id, 'system') AS resource,
    CASE WHEN log.user_id IS NULL THEN 'automatic' ELSE 'human' END AS resource_type,
    log.department AS department,
    log.team_id AS team_id,
    NULL AS site_id,
    log.note AS note,
    log.file_no,
    log.file_line
FROM raw_sim_webshop__exception_log AS log
LEFT JOIN code_map AS step
    ON step.source_system = 'sim_webshop' AND step.kind = 'activity' AND log.activity = step.local_code
