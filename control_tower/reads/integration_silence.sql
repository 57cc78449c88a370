/* Grain: one row per interface of the whole build, the longest silent first (INT-07): when it last passed a message,
   how long ago by its source's clock or newest message, the longest of 99 in 100 pauses of the quarter until $until, messages of [since, until) that
   came later than expected by more than the policy allows, and expected ones that a source reports as missing.
   silent = the pause that lasts is longer than the policy allows and than three usual ones. $source as in integration_total. */
WITH pause AS (
    SELECT
        interface_id,
        epoch(sent_at) - epoch(lag(sent_at) OVER (PARTITION BY interface_id ORDER BY sent_at)) AS gap_seconds
    FROM core_integration_message
    WHERE
        attempt = 1
        AND sent_at >= $until - INTERVAL 91 DAY
        AND sent_at < $until
        AND ($source = '' OR source_system = $source)
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
part AS (
    SELECT
        interface_id,
        source_system,
        max(sent_at) AS last_sent_at,
        count(sent_at) FILTER (WHERE sent_at >= $since AND sent_at < $until) AS message_count,
        count(sent_at) FILTER (
            WHERE sent_at >= $since AND sent_at < $until
            AND epoch(sent_at) - epoch(expected_at) > 3600 * (SELECT hours FROM allowed)
        ) AS late_count,
        count(expected_at) FILTER (WHERE sent_at >= $since AND sent_at < $until) AS expected_count
    FROM core_integration_message
    WHERE attempt = 1 AND ($source = '' OR source_system = $source)
    GROUP BY interface_id, source_system
),
interface AS (
    SELECT
        interface_id,
        min(source_system) AS source_system,
        max(last_sent_at) AS last_sent_at,
        CAST(sum(message_count) AS BIGINT) AS message_count,
        CAST(sum(late_count) AS BIGINT) AS late_count,
        CAST(sum(expected_count) AS BIGINT) AS expected_count
    FROM part
    GROUP BY interface_id
),
known AS (
    SELECT
        part.source_system,
        greatest(max(part.last_sent_at), max(clock.as_of)) AS as_of
    FROM part
    LEFT JOIN source_clock AS clock ON part.source_system = clock.source_system
    GROUP BY part.source_system
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
