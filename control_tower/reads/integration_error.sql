/* Grain: one row per interface, class of error and week (from Monday) with a failure in [since, until).
   $source as in integration_total. */
SELECT
    interface_id AS key,
    regexp_replace(interface_id, '^[^:]+:', '') AS label,
    coalesce(error_class, 'not stated') AS error_class,
    CAST(date_trunc('week', sent_at) AS DATE) AS starts_on,
    count(message_id) AS failed_count,
    max(http_code) AS http_code
FROM core_integration_message
WHERE status != 'ok' AND sent_at >= $since AND sent_at < $until AND ($source = '' OR source_system = $source)
GROUP BY interface_id, error_class, starts_on
ORDER BY failed_count DESC, interface_id, error_class, starts_on
LIMIT 1000
