/* ---
number    = "K10"
title     = "Open exceptions"
question  = "How many exceptions are open?"
formula   = "count of exceptions detected by T and not yet resolved, closed or cancelled at T"
grain     = "exception"
aggregate = "stock"
unit      = "count"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception"]
instant_for = "aging_bucket"
--- */
SELECT
    exception_id,
    detected_at AS valid_from,
    ended_at AS valid_to,
    1 AS value,
    1 AS weight,
    CASE
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 4 * 3600 THEN '0-4h'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 24 * 3600 THEN '4-24h'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 72 * 3600 THEN '1-3d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 168 * 3600 THEN '3-7d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 336 * 3600 THEN '7-14d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) >= 336 * 3600 THEN 'over-14d'
    END AS aging_bucket
FROM mart_exception
