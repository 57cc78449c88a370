/* Grain: one row per entry of this system's logs. */
SELECT
    'WMS-' || log.log_no AS event_id,
    log.log_no AS event_no,
    coalesce(step.canonical_code, log.movement) AS activity,
    log.logged_at AS timestamp,
    CASE WHEN log.movement = 'PICK_START' THEN 'start' ELSE 'complete' END AS lifecycle,
    log.user_id AS resource,
    'automatic' AS resource_type,
    'Warehouse' AS department,
    NULL AS team_id,
    log.site_id AS site_id,
    NULL AS note,
    log.file_no,
    log.file_line
FROM raw_sim_wms__movements AS log
LEFT JOIN code_map AS step
    ON step.source_system = 'sim_wms' AND step.kind = 'activity' AND log.movement = step.local_code
UNION ALL
SELECT
    'WMS-R' || log.log_no AS event_id,
    log.log_no AS event_no,
    'Post receipt' AS activity,
    log.logged_at AS timestamp,
    'complete' AS lifecycle,
    'dock' AS resource,
    'automatic' AS resource_type,
    'Warehouse' AS department,
    NULL AS team_id,
    log.site_id AS site_id,
    NULL AS note,
    log.file_no,
    log.file_line
FROM raw_sim_wms__receipts AS log
UNION ALL
SELECT
    'WMS-X' || log.log_no AS event_id,
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
FROM raw_sim_wms__exception_log AS log
LEFT JOIN code_map AS step
    ON step.source_system = 'sim_wms' AND step.kind = 'activity' AND log.activity = step.local_code
