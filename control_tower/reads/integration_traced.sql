/* Grain: one row per type of business exception detected in [since, until) (INT-05): how many there are, and how many
   of them stand on an order, or are named by a message, whose message had failed, came late or came twice before the
   exception was detected. Duplicates and false positives are left out. $source as in integration_total. */
WITH allowed AS (
    SELECT max(value) AS hours
    FROM policy_parameter
    WHERE name = 'silent_interface_hours'
),
raised AS (
    SELECT
        exception_id,
        type_code,
        type_title,
        order_id,
        detected_at
    FROM mart_exception
    WHERE
        category != 'integration'
        AND detected_at >= $since
        AND detected_at < $until
        AND status NOT IN ('duplicate', 'false_positive')
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
),
near AS (
    SELECT
        message_id,
        order_id,
        exception_id,
        business_key,
        sent_at,
        expected_at,
        status
    FROM core_integration_message
    WHERE
        ($source = '' OR source_system = $source)
        AND (
            order_id IN (SELECT raised.order_id FROM raised WHERE raised.order_id IS NOT NULL)
            OR exception_id IN (SELECT raised.exception_id FROM raised)
        )
),
troubled AS (
    SELECT
        near.order_id,
        near.exception_id,
        near.sent_at,
        near.status != 'ok' AS is_failed,
        coalesce(epoch(near.sent_at) - epoch(near.expected_at) > 3600 * (SELECT hours FROM allowed), false) AS is_late,
        repeated.business_key IS NOT NULL AS is_repeated
    FROM near
    LEFT JOIN mart_repeated_transaction AS repeated ON near.business_key = repeated.business_key
),
of_order AS (
    SELECT
        order_id,
        min(sent_at) FILTER (WHERE is_failed) AS failed_at,
        min(sent_at) FILTER (WHERE is_late) AS late_at,
        min(sent_at) FILTER (WHERE is_repeated) AS repeated_at
    FROM troubled
    WHERE order_id IS NOT NULL AND (is_failed OR is_late OR is_repeated)
    GROUP BY order_id
),
named AS (
    SELECT DISTINCT exception_id
    FROM troubled
    WHERE exception_id IS NOT NULL AND (is_failed OR is_late OR is_repeated)
),
judged AS (
    SELECT
        raised.type_code,
        raised.type_title,
        coalesce(of_order.failed_at <= raised.detected_at, false) OR named.exception_id IS NOT NULL AS is_failed,
        coalesce(of_order.late_at <= raised.detected_at, false) AS is_late,
        coalesce(of_order.repeated_at <= raised.detected_at, false) AS is_repeated
    FROM raised
    LEFT JOIN of_order ON raised.order_id = of_order.order_id
    LEFT JOIN named ON raised.exception_id = named.exception_id
)
SELECT
    type_code,
    any_value(type_title) AS type_title,
    count(type_code) AS n,
    count(type_code) FILTER (WHERE is_failed OR is_late OR is_repeated) AS traced_count,
    count(type_code) FILTER (WHERE is_failed) AS failed_count,
    count(type_code) FILTER (WHERE is_late) AS late_count,
    count(type_code) FILTER (WHERE is_repeated) AS repeated_count
FROM judged
GROUP BY type_code
ORDER BY traced_count DESC, n DESC, type_code
LIMIT 200
