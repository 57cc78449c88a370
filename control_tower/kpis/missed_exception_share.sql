/* ---
number    = "K32"
title     = "Missed exceptions"
question  = "How many real exceptions did a person or customer find before we did?"
formula   = "confirmed exceptions first raised by a person or customer / confirmed exceptions detected in the period; recall = 1 - this"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception.disposition", "mart_exception.detected_by"]
--- */
SELECT
    exception_id,
    detected_at AS measured_on,
    detected_by IN ('person', 'customer') AS value,
    1 AS weight
FROM mart_exception
WHERE disposition = 'confirmed'
