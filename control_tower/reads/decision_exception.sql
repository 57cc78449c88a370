/* Grain: one row per exception of $exception_ids: what a decision must know of it. Not a page's read: bounded by what is asked. */
SELECT exception_id, status, site_id, type_code, owner_team_id, owner_user_id
FROM mart_exception
WHERE exception_id IN (SELECT unnest(CAST($exception_ids AS VARCHAR[])))
LIMIT 20000
