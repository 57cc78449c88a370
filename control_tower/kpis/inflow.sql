/* ---
number    = "K59"
title     = "Inflow"
question  = "How many exceptions came in?"
formula   = "count of exceptions detected in the period, duplicates and false positives included"
grain     = "exception"
aggregate = "sum"
unit      = "count"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception"]
note      = "All that has to be worked; new_exceptions leaves duplicates and false positives out."
--- */
SELECT
    exception_id,
    detected_at AS measured_on,
    1 AS value,
    1 AS weight
FROM mart_exception
