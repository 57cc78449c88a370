/* Grain: one row. How much happened (detected or resolved) in the last so many days before until, and since when
   there is anything: what the pages choose their period from when the user has not. */
SELECT
    count(exception_id) FILTER (WHERE coalesce(resolved_at, detected_at) >= $until - INTERVAL 28 DAY) AS days_28,
    count(exception_id) FILTER (WHERE coalesce(resolved_at, detected_at) >= $until - INTERVAL 91 DAY) AS days_91,
    count(exception_id) FILTER (WHERE coalesce(resolved_at, detected_at) >= $until - INTERVAL 182 DAY) AS days_182,
    min(detected_at) AS first_at
FROM {exceptions}
LIMIT 1
