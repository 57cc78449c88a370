/* ---
number    = "K01"
title     = "New exceptions"
question  = "How many exceptions came up?"
formula   = "count of exceptions detected in the period, without duplicates and false positives"
grain     = "exception"
aggregate = "sum"
unit      = "count"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception"]
--- */
SELECT
    exception_id,
    detected_at AS measured_on,
    1 AS value,
    1 AS weight
FROM mart_exception
WHERE
    coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND status NOT IN ('duplicate', 'false_positive')
