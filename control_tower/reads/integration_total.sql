/* Grain: one row. What this build knows of integration: attempts and interfaces in all, and in [since, until):
   attempts, failed ones, repeats (attempt 2 and on), dead letters now with the oldest one's age, and silence
   (expected and absent). $source narrows to one source system, empty = all. */
WITH message AS (
    SELECT
        message.message_id,
        message.attempt,
        message.interface_id,
        message.sent_at,
        message.status,
        message.dlq_at,
        message.replayed_at,
        clock.as_of
    FROM core_integration_message AS message
    LEFT JOIN source_clock AS clock ON message.source_system = clock.source_system
    WHERE $source = '' OR message.source_system = $source
),
dead AS (
    SELECT
        message_id,
        min(dlq_at) AS dlq_at,
        any_value(as_of) AS as_of
    FROM message
    WHERE dlq_at IS NOT NULL
    GROUP BY message_id
    HAVING max(replayed_at) IS NULL
)
SELECT
    count(message_id) AS n,
    count(DISTINCT interface_id) AS interface_count,
    count(message_id) FILTER (WHERE sent_at >= $since AND sent_at < $until) AS attempt_count,
    count(message_id) FILTER (WHERE status != 'ok' AND sent_at >= $since AND sent_at < $until) AS failed_count,
    count(message_id) FILTER (WHERE attempt > 1 AND sent_at >= $since AND sent_at < $until) AS retry_count,
    count(message_id) FILTER (
        WHERE attempt > 1 AND status = 'ok' AND sent_at >= $since AND sent_at < $until
    ) AS retry_ok_count,
    (SELECT count(message_id) FROM dead) AS dead_count,
    (SELECT max(epoch(as_of) - epoch(dlq_at)) / 3600.0 FROM dead) AS oldest_dead_hours
FROM message
LIMIT 1
