/* Grain: one row per interface with an attempt in [before, until), the one with most failures first.
   Figures of [since, until), with suffix _before of [before, since). $source as in integration_total. */
SELECT
    interface_id AS key,
    regexp_replace(interface_id, '^[^:]+:', '') AS label,
    count(message_id) FILTER (WHERE sent_at >= $since) AS attempt_count,
    count(message_id) FILTER (WHERE sent_at >= $since AND status != 'ok') AS failed_count,
    count(message_id) FILTER (WHERE sent_at < $since) AS attempt_before,
    count(message_id) FILTER (WHERE sent_at < $since AND status != 'ok') AS failed_before,
    count(message_id) FILTER (WHERE sent_at >= $since AND attempt > 1) AS retry_count,
    count(message_id) FILTER (WHERE sent_at >= $since AND attempt > 1 AND status = 'ok') AS retry_ok_count,
    count(DISTINCT message_id) FILTER (WHERE dlq_at >= $since AND dlq_at < $until) AS dead_letter_count,
    max(schema_version) FILTER (WHERE sent_at >= $since) AS schema_version
FROM core_integration_message
WHERE sent_at >= $before AND sent_at < $until AND ($source = '' OR source_system = $source)
GROUP BY interface_id
ORDER BY failed_count DESC, attempt_count DESC, interface_id
LIMIT 1000
