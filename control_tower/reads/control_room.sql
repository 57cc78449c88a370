/* Grain: one row. The figures of the period [since, until) and, with suffix _before, of [before, since).
   New (K01) leaves out duplicates and false positives, counted beside it; unresolved = ended without a fix.
   Open at T: detected before T and not ended before T. An exception is judged by its SLA at its due time or,
   where the source only states a flag, when it ends (ruling 6); due times after the clock are not judged yet.
   Money counts once per order line (the largest of its exceptions); an exception of a whole order is spread
   over its lines by their amount, as the figure value_at_risk says. Suspect times have no age. */
WITH life AS (
    SELECT
        exception_id,
        is_time_suspect,
        detected_at,
        resolved_at,
        ended_at,
        as_of,
        sla_breached AS is_late,
        sla_basis,
        (
            status IN ('duplicate', 'false_positive')
            OR coalesce(disposition, 'confirmed') IN ('duplicate', 'false_positive')
        ) AS is_void,
        (resolved_at IS NULL OR resolved_at > ended_at) AS is_unresolved,
        coalesce(sla_due_at, ended_at, as_of) AS judged_at,
        value_at_risk_amount,
        (detected_at < $until AND (ended_at IS NULL OR ended_at >= $until)) AS is_open_now,
        (detected_at < $since AND (ended_at IS NULL OR ended_at >= $since)) AS was_open_before
    FROM {exceptions}
),
open_money AS (
    SELECT max(money.amount) AS amount
    FROM life
    INNER JOIN mart_money_at_risk AS money ON life.exception_id = money.exception_id
    WHERE life.is_open_now
    GROUP BY money.money_key
)
SELECT
    count(detected_at) AS all_count,
    count(detected_at) FILTER (WHERE is_open_now) AS open_count,
    count(detected_at) FILTER (WHERE was_open_before) AS open_before,
    count(detected_at) FILTER (WHERE NOT is_void AND detected_at >= $since AND detected_at < $until) AS new_count,
    count(detected_at) FILTER (WHERE NOT is_void AND detected_at >= $before AND detected_at < $since) AS new_before,
    count(detected_at) FILTER (WHERE is_void AND detected_at >= $since AND detected_at < $until) AS void_count,
    count(detected_at) FILTER (WHERE is_unresolved AND ended_at >= $since AND ended_at < $until) AS unresolved_count,
    count(detected_at) FILTER (WHERE resolved_at >= $since AND resolved_at < $until) AS resolved_count,
    count(detected_at) FILTER (WHERE resolved_at >= $before AND resolved_at < $since) AS resolved_before,
    count(detected_at) FILTER (
        WHERE is_late AND judged_at >= $since AND judged_at < least($until, as_of + INTERVAL 1 SECOND)
    ) AS late_count,
    count(is_late) FILTER (
        WHERE judged_at >= $since AND judged_at < least($until, as_of + INTERVAL 1 SECOND)
    ) AS judged_count,
    count(detected_at) FILTER (WHERE is_late AND judged_at >= $before AND judged_at < $since) AS late_before,
    count(is_late) FILTER (WHERE judged_at >= $before AND judged_at < $since) AS judged_before,
    count(detected_at) FILTER (WHERE is_open_now AND is_late) AS open_late_count,
    count(is_late) AS sla_known_count,
    count(is_late) FILTER (WHERE sla_basis = 'source_flag') AS sla_flag_count,
    max(epoch(least(as_of, $until)) - epoch(detected_at)) FILTER (WHERE is_open_now AND NOT is_time_suspect)
    / 3600.0 AS oldest_hours,
    max(epoch($since) - epoch(detected_at)) FILTER (WHERE was_open_before AND NOT is_time_suspect)
    / 3600.0 AS oldest_hours_before,
    count(detected_at) FILTER (WHERE is_open_now AND is_time_suspect) AS open_suspect_count,
    (SELECT sum(amount) FROM open_money) AS open_value,
    count(value_at_risk_amount) AS value_known_count
FROM life
LIMIT 1
