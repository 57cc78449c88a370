/* Grain: one row per business transaction that arrived more than once: on one interface several messages or idempotency
   keys bear its key. Retries of one message carry its idempotency key and are no repetition; nor are the messages of one
   order on its way (order, dispatch advice, invoice), each on its own interface. */
SELECT
    arrived.business_key,
    min(arrived.source_system) AS source_system,
    min(arrived.first_sent_at) AS first_sent_at
FROM (
    SELECT
        m.business_key,
        m.interface_id,
        min(m.source_system) AS source_system,
        min(m.sent_at) AS first_sent_at
    FROM core_integration_message AS m
    WHERE m.business_key IS NOT NULL
    GROUP BY m.business_key, m.interface_id
    HAVING min(coalesce(m.idempotency_key, m.message_id)) <> max(coalesce(m.idempotency_key, m.message_id))
) AS arrived
GROUP BY arrived.business_key
