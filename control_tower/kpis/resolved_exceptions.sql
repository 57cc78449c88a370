/* ---
number    = "K59"
title     = "Resolved exceptions"
question  = "How many exceptions were fixed?"
formula   = "count of exceptions resolved in the period"
grain     = "exception"
aggregate = "sum"
unit      = "count"
better    = "higher"
owner     = "Operations"
needs     = ["mart_exception"]
--- */
SELECT
    exception_id,
    resolved_at AS measured_on,
    1 AS value,
    1 AS weight
FROM mart_exception
WHERE resolved_at IS NOT NULL
