/* Grain: one row per 7 days before until, newest last; at most 53. Backlog and oldest age are at the week's end.
   arrived leaves out duplicates and false positives (K01), counted in void.
   Each exception is placed once (how many weeks before until it arrived, ended, was judged; null = not yet);
   the weeks are then read off that small grid, so the cost is one pass whatever the number of weeks. */
WITH life AS (
    SELECT
        detected_at,
        as_of,
        is_time_suspect,
        (
            status IN ('duplicate', 'false_positive')
            OR coalesce(disposition, 'confirmed') IN ('duplicate', 'false_positive')
        ) AS is_void,
        sla_breached AS is_late,
        least(ceil((epoch($until) - epoch(detected_at)) / 604800.0)::INTEGER - 1, $weeks) AS arrived_ago,
        CASE
            WHEN ended_at IS NOT NULL
                THEN least(ceil((epoch($until) - epoch(ended_at)) / 604800.0)::INTEGER - 1, $weeks)
        END AS ended_ago,
        CASE
            WHEN resolved_at IS NOT NULL
                THEN least(ceil((epoch($until) - epoch(resolved_at)) / 604800.0)::INTEGER - 1, $weeks)
        END AS resolved_ago,
        CASE
            WHEN coalesce(sla_due_at, ended_at, as_of) <= as_of
                THEN least(
                    ceil((epoch($until) - epoch(coalesce(sla_due_at, ended_at, as_of))) / 604800.0)::INTEGER - 1,
                    $weeks
                )
        END AS judged_ago
    FROM {exceptions}
    WHERE detected_at < $until
),
grid AS (
    SELECT
        arrived_ago,
        ended_ago,
        resolved_ago,
        judged_ago,
        count(detected_at) AS n,
        count(detected_at) FILTER (WHERE NOT is_void) AS valid,
        count(is_late) AS judged,
        count(is_late) FILTER (WHERE is_late) AS late,
        min(detected_at) FILTER (WHERE NOT is_time_suspect) AS oldest_at,
        max(as_of) AS as_of
    FROM life
    GROUP BY arrived_ago, ended_ago, resolved_ago, judged_ago
),
week AS (
    SELECT range AS ago FROM range(least($weeks, 53))
)
SELECT
    CAST($until - to_days(CAST(7 * (week.ago + 1) AS INTEGER)) AS DATE) AS starts_on,
    CAST($until - to_days(CAST(7 * week.ago AS INTEGER)) AS DATE) AS ends_before,
    coalesce(sum(valid) FILTER (WHERE arrived_ago = ago), 0)::BIGINT AS arrived,
    coalesce(sum(n - valid) FILTER (WHERE arrived_ago = ago), 0)::BIGINT AS void,
    coalesce(sum(n) FILTER (WHERE resolved_ago = ago), 0)::BIGINT AS resolved,
    coalesce(sum(n) FILTER (WHERE ended_ago = ago), 0)::BIGINT AS ended,
    coalesce(sum(n) FILTER (WHERE arrived_ago >= ago AND (ended_ago IS NULL OR ended_ago < ago)), 0)::BIGINT
        AS open_at_end,
    coalesce(sum(late) FILTER (WHERE judged_ago = ago), 0)::BIGINT AS late,
    coalesce(sum(judged) FILTER (WHERE judged_ago = ago), 0)::BIGINT AS judged,
    max(
        epoch(least(grid.as_of, $until - to_days(CAST(7 * week.ago AS INTEGER)))) - epoch(oldest_at)
    ) FILTER (WHERE arrived_ago >= ago AND (ended_ago IS NULL OR ended_ago < ago)) / 3600.0 AS oldest_hours
FROM week
LEFT JOIN grid ON true
GROUP BY week.ago
ORDER BY week.ago DESC
LIMIT 53
