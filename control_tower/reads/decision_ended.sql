/* Grain: one row per exception of $exception_ids that has ended, as its own system or our detection says. Not a page's
   read: bounded by the exceptions asked for. */
SELECT exception_id
FROM mart_exception
WHERE
    NOT is_open
    AND list_contains(CAST($exception_ids AS VARCHAR[]), exception_id)
ORDER BY exception_id
LIMIT 100000
