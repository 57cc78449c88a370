/* Grain: one row. What this build knows of integration: attempts and interfaces in all, and in [since, until):
   attempts, failed ones, repeats (attempt 2 and on), dead letters now with the oldest one's age, and silence
   (expected and absent). $source narrows to one source system, empty = all. */
WITH dead AS (
    SELECT
        message.message_id,
        min(message.dlq_at) AS dlq_at,
        any_value(clock.as_of) AS as_of
    FROM core_integration_message AS message
    LEFT JOIN source_clock AS clock ON message.source_system = clock.source_system
    WHERE message.dlq_at IS NOT NULL AND ($source = '' OR message.source_system = $source)
    GROUP BY message.message_id
    HAVING max(message.replayed_at) IS NULL
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
FROM core_integration_message
WHERE $source = '' OR source_system = $source
LIMIT 1
