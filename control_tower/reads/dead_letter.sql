/* Grain: one row per message among the dead letters and not taken out, the oldest first. exception_id is the message's
   own, else the newest one of its order (INT-03), null when the filter state hides it. $source as in integration_total. */
WITH dead AS (
    SELECT DISTINCT message_id
    FROM core_integration_message
    WHERE dlq_at IS NOT NULL
),
waiting AS (
    SELECT
        message.message_id,
        any_value(regexp_replace(message.interface_id, '^[^:]+:', '')) AS interface,
        any_value(message.consumer) AS consumer,
        min(message.dlq_at) AS dlq_at,
        (epoch(any_value(clock.as_of)) - epoch(min(message.dlq_at))) / 3600.0 AS waiting_hours,
        max(message.attempt) AS attempts,
        arg_max(message.error_class, message.attempt) AS error_class,
        any_value(message.business_key) AS business_key,
        any_value(message.order_id) AS order_id,
        any_value(message.exception_id) AS exception_id
    FROM core_integration_message AS message
    SEMI JOIN dead ON message.message_id = dead.message_id
    LEFT JOIN source_clock AS clock ON message.source_system = clock.source_system
    WHERE $source = '' OR message.source_system = $source
    GROUP BY message.message_id
    HAVING min(message.dlq_at) IS NOT NULL AND max(message.replayed_at) IS NULL
),
of_order AS (
    SELECT
        order_id,
        arg_max(exception_id, detected_at) AS exception_id
    FROM {exceptions}
    WHERE order_id IN (SELECT waiting.order_id FROM waiting)
    GROUP BY order_id
)
SELECT
    waiting.message_id,
    waiting.interface,
    waiting.consumer,
    waiting.dlq_at,
    waiting.waiting_hours,
    waiting.attempts,
    waiting.error_class,
    waiting.business_key,
    waiting.order_id,
    coalesce(own.exception_id, of_order.exception_id) AS exception_id
FROM waiting
LEFT JOIN {exceptions} AS own ON waiting.exception_id = own.exception_id
LEFT JOIN of_order ON waiting.order_id = of_order.order_id
ORDER BY waiting.dlq_at, waiting.message_id
LIMIT least($row_limit, 1000)
