/* ---
number    = "K59"
title     = "Outflow"
question  = "How many exceptions left?"
formula   = "count of exceptions resolved, closed or cancelled for the first time in the period"
grain     = "exception"
aggregate = "sum"
unit      = "count"
better    = "higher"
owner     = "Operations"
needs     = ["mart_exception"]
note      = "Work in progress is open_exceptions."
--- */
SELECT
    exception_id,
    ended_at AS measured_on,
    1 AS value,
    1 AS weight
FROM mart_exception
WHERE ended_at IS NOT NULL
