/* ---
number    = "K31"
title     = "Detector precision"
question  = "How many alarms were real?"
formula   = "confirmed / (confirmed + false positive) of exceptions detected in the period; false-positive rate = 1 - this"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Process"
needs     = ["mart_exception.disposition"]
--- */
SELECT
    exception_id,
    detected_at AS measured_on,
    disposition = 'confirmed' AS value,
    1 AS weight
FROM mart_exception
WHERE disposition IN ('confirmed', 'false_positive')
