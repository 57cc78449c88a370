/* Grain: one row per attempt to pass a message. */
SELECT
    log.message_id,
    log.attempt,
    log.interface_id,
    log.sent_at,
    coalesce(word.canonical_code, log.status) AS status,
    log.correlation_id,
    log.business_key,
    log.idempotency_key,
    log.http_code,
    log.error_class,
    log.schema_version,
    log.consumer,
    log.expected_at,
    log.dlq_at,
    log.replayed_at,
    log.recovered_at,
    log.order_id,
    log.exception_id,
    log.file_no,
    log.file_line
FROM raw_sim_edi__acknowledgements AS log
LEFT JOIN code_map AS word
    ON word.source_system = 'sim_edi' AND word.kind = 'message_status' AND log.status = word.local_code
