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
--- */
SELECT
    exception_id,
    detected_at AS valid_from,
    ended_at AS valid_to,
    1 AS value,
    1 AS weight
FROM mart_exception
