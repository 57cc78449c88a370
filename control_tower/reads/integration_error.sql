/* Grain: one row per interface, class of error (K55: as stated, else by its HTTP code) and week (from Monday) with a
   failure in [since, until). $source as in integration_total. */
SELECT
    interface_id AS key,
    regexp_replace(interface_id, '^[^:]+:', '') AS label,
    coalesce(
        error_class,
        CASE
            WHEN http_code IN (401, 403) THEN 'auth'
            WHEN http_code = 408 THEN 'timeout'
            WHEN http_code = 429 THEN 'rate_limit'
            WHEN http_code BETWEEN 400 AND 499 THEN '4xx'
            WHEN http_code BETWEEN 500 AND 599 THEN '5xx'
            ELSE '(not stated)'
        END
    ) AS error_class,
    CAST(date_trunc('week', sent_at) AS DATE) AS starts_on,
    count(message_id) AS failed_count,
    max(http_code) AS http_code
FROM core_integration_message
WHERE status != 'ok' AND sent_at >= $since AND sent_at < $until AND ($source = '' OR source_system = $source)
GROUP BY ALL
ORDER BY failed_count DESC, key, error_class, starts_on
LIMIT 1000
