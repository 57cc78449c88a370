/* Grain: one row, what a decision must know of the exception $exception_id. */
SELECT exception_id, status, site_id, type_code, owner_team_id, owner_user_id
FROM mart_exception
WHERE exception_id = $exception_id
LIMIT 1
