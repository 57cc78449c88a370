/* Grain: one row per attempt that failed in [since, until) on one interface, of one class of error (K55) or of all
   (empty), the newest first. total = how many there are. exception_id is the message's own, else the newest one of its
   order (INT-03), null when the filter state hides it. $source as in integration_total. */
WITH failed AS (
    SELECT
        message_id,
        attempt,
        sent_at,
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
        http_code,
        consumer,
        schema_version,
        business_key,
        correlation_id,
        order_id,
        exception_id,
        recovered_at
    FROM core_integration_message
    WHERE
        status != 'ok'
        AND sent_at >= $since
        AND sent_at < $until
        AND ($source = '' OR source_system = $source)
        AND interface_id = $interface
),
of_order AS (
    SELECT
        order_id,
        arg_max(exception_id, detected_at) AS exception_id
    FROM {exceptions}
    WHERE order_id IN (SELECT failed.order_id FROM failed)
    GROUP BY order_id
)
SELECT
    failed.message_id,
    failed.attempt,
    failed.sent_at,
    failed.error_class,
    failed.http_code,
    failed.consumer,
    failed.schema_version,
    failed.business_key,
    failed.correlation_id,
    failed.order_id,
    coalesce(own.exception_id, of_order.exception_id) AS exception_id,
    failed.recovered_at,
    count(failed.message_id) OVER () AS total
FROM failed
LEFT JOIN {exceptions} AS own ON failed.exception_id = own.exception_id
LEFT JOIN of_order ON failed.order_id = of_order.order_id
WHERE $error = '' OR failed.error_class = $error
ORDER BY failed.sent_at DESC, failed.message_id, failed.attempt
LIMIT least($row_limit, 1000)
