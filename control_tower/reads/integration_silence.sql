/* Grain: one row per interface of the whole build, the longest silent first (INT-07): when it last passed a message,
   how long ago by its source's clock or newest message, the longest of 99 in 100 pauses of the quarter until $until, messages of [since, until) that
   came later than expected by more than the policy allows, and expected ones that a source reports as missing.
   silent = the pause that lasts is longer than the policy allows and than three usual ones. $source as in integration_total. */
WITH message AS (
    SELECT
        interface_id,
        source_system,
        sent_at,
        expected_at,
        CASE WHEN sent_at >= $until - INTERVAL 91 DAY AND sent_at < $until THEN sent_at END AS lately_at
    FROM core_integration_message
    WHERE attempt = 1 AND ($source = '' OR source_system = $source)
),
pause AS (
    SELECT
        interface_id,
        epoch(lately_at) - epoch(lag(lately_at) OVER (PARTITION BY interface_id ORDER BY lately_at)) AS gap_seconds
    FROM message
    WHERE lately_at IS NOT NULL
),
usual AS (
    SELECT
        interface_id,
        quantile_cont(gap_seconds, 0.99) / 3600 AS usual_gap_hours
    FROM pause
    GROUP BY interface_id
),
allowed AS (
    SELECT max(value) AS hours
    FROM policy_parameter
    WHERE name = 'silent_interface_hours'
),
interface AS (
    SELECT
        interface_id,
        any_value(source_system) AS source_system,
        max(sent_at) AS last_sent_at,
        count(sent_at) FILTER (WHERE sent_at >= $since AND sent_at < $until) AS message_count,
        count(sent_at) FILTER (
            WHERE sent_at >= $since AND sent_at < $until
            AND epoch(sent_at) - epoch(expected_at) > 3600 * (SELECT hours FROM allowed)
        ) AS late_count,
        count(expected_at) FILTER (WHERE sent_at >= $since AND sent_at < $until) AS expected_count
    FROM message
    GROUP BY interface_id
),
known AS (
    SELECT
        message.source_system,
        greatest(max(message.sent_at), max(clock.as_of)) AS as_of
    FROM message
    LEFT JOIN source_clock AS clock ON message.source_system = clock.source_system
    GROUP BY message.source_system
)
SELECT
    interface.interface_id AS key,
    regexp_replace(interface.interface_id, '^[^:]+:', '') AS label,
    interface.last_sent_at,
    (epoch(clock.as_of) - epoch(interface.last_sent_at)) / 3600 AS silent_hours,
    usual.usual_gap_hours,
    interface.message_count,
    interface.expected_count,
    interface.late_count,
    coalesce(
        (epoch(clock.as_of) - epoch(interface.last_sent_at)) / 3600
        > (SELECT hours FROM allowed)
        AND (epoch(clock.as_of) - epoch(interface.last_sent_at)) / 3600 > 3 * usual.usual_gap_hours, false
    ) AS is_silent
FROM interface
LEFT JOIN usual ON interface.interface_id = usual.interface_id
LEFT JOIN known AS clock ON interface.source_system = clock.source_system
ORDER BY is_silent DESC, silent_hours DESC, interface.interface_id
LIMIT 1000
