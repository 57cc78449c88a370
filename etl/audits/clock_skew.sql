/* ---
title = "An exception does not end before it starts, nor start after its source's clock"
blocks_publishing = false
--- */
SELECT
    exception_id,
    detected_at,
    resolved_at,
    closed_at,
    as_of
FROM mart_exception
WHERE is_time_suspect
