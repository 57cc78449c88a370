/* ---
number    = "K06"
title     = "Preventable exceptions"
question  = "How many confirmed exceptions could have been prevented?"
formula   = "confirmed exceptions marked preventable / confirmed exceptions, by the time of detection"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception.disposition", "mart_exception.is_preventable"]
--- */
SELECT
    exception_id,
    detected_at AS measured_on,
    is_preventable AS value,
    1 AS weight
FROM mart_exception
WHERE disposition = 'confirmed'
