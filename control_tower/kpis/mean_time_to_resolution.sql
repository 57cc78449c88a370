/* ---
number    = "K08"
title     = "Mean time to resolution"
question  = "How long does it take to fix an exception, on average?"
formula   = "mean of (resolved - detected - paused) of exceptions resolved in the period, elapsed hours"
grain     = "exception"
aggregate = "mean"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.resolution_hours"]
note      = "Closed only: an exception still open does not count. See resolution_cycle_time."
--- */
SELECT
    exception_id,
    resolved_at AS measured_on,
    resolution_hours AS value,
    1 AS weight
FROM mart_exception
WHERE resolved_at IS NOT NULL
