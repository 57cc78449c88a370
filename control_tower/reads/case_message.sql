/* Grain: one row per attempt of a message between systems about the exception $exception_id or its order, newest first. */
SELECT
    m.message_id,
    m.attempt,
    m.interface_id,
    m.consumer,
    m.status,
    m.error_class,
    m.http_code,
    m.sent_at,
    m.expected_at,
    m.recovered_at,
    (m.exception_id = e.exception_id) AS is_own
FROM {exceptions} AS e
INNER JOIN core_integration_message AS m ON m.exception_id = e.exception_id OR m.order_id = e.order_id
WHERE e.exception_id = $exception_id
ORDER BY (m.exception_id = e.exception_id) DESC NULLS LAST, (m.status != 'ok') DESC, m.sent_at DESC, m.message_id, m.attempt DESC
LIMIT 100
