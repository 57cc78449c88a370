/* Grain: one row per consumer and schema version with an attempt in [since, until), the one with most failures first
   (INT-06): attempts, failures, and how many of them are of the schema, of authentication and of a rate limit.
   $source as in integration_total. */
SELECT
    coalesce(consumer, 'not stated') AS consumer,
    coalesce(schema_version, 'not stated') AS schema_version,
    count(message_id) AS attempt_count,
    count(message_id) FILTER (WHERE status != 'ok') AS failed_count,
    1000.0 * count(message_id) FILTER (WHERE status != 'ok') / count(message_id) AS rate,
    count(message_id) FILTER (WHERE status != 'ok' AND error_class = 'schema') AS schema_count,
    count(message_id) FILTER (WHERE status != 'ok' AND error_class = 'auth') AS auth_count,
    count(message_id) FILTER (WHERE status != 'ok' AND error_class = 'rate_limit') AS rate_limit_count
FROM core_integration_message
WHERE sent_at >= $since AND sent_at < $until AND ($source = '' OR source_system = $source)
GROUP BY ALL
ORDER BY failed_count DESC, attempt_count DESC, consumer, schema_version
LIMIT 200
