/* Grain: one row per business transaction that arrived more than once: several messages or idempotency keys bear its key.
   Retries of one message carry its idempotency key and are no repetition. */
SELECT
    m.business_key,
    min(m.source_system) AS source_system,
    min(m.sent_at) AS first_sent_at
FROM core_integration_message AS m
WHERE m.business_key IS NOT NULL
GROUP BY m.business_key
HAVING min(coalesce(m.idempotency_key, m.message_id)) <> max(coalesce(m.idempotency_key, m.message_id))
