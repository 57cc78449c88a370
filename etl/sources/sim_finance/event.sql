/* Grain: one row per entry of this system's logs. */
SELECT
    'FIN-I' || log.invoice_id AS event_id,
    log.file_line AS event_no,
    'Post invoice' AS activity,
    log.posted_at AS timestamp,
    'complete' AS lifecycle,
    'billing' AS resource,
    'automatic' AS resource_type,
    'Finance' AS department,
    NULL AS team_id,
    NULL AS site_id,
    NULL AS note,
    log.file_no,
    log.file_line
FROM raw_sim_finance__invoices AS log
UNION ALL
SELECT
    'FIN-C' || log.cash_receipt_id AS event_id,
    log.file_line AS event_no,
    'Receive payment' AS activity,
    log.received_at AS timestamp,
    'complete' AS lifecycle,
    'bank' AS resource,
    'automatic' AS resource_type,
    'Finance' AS department,
    NULL AS team_id,
    NULL AS site_id,
    NULL AS note,
    log.file_no,
    log.file_line
FROM raw_sim_finance__cash AS log
UNION ALL
SELECT
    'FIN-X' || log.log_no AS event_id,
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
FROM raw_sim_finance__exception_log AS log
LEFT JOIN code_map AS step
    ON step.source_system = 'sim_finance' AND step.kind = 'activity' AND log.activity = step.local_code
