/* ---
number    = "K21"
title     = "Resolved without escalation"
question  = "How many exceptions are fixed where they arrive?"
formula   = "exceptions resolved in the period that were never escalated / exceptions resolved in the period"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Operations"
needs     = ["mart_exception.resolved_at", "mart_exception.escalated_at"]
--- */
SELECT
    exception_id,
    resolved_at AS measured_on,
    escalated_at IS NULL AS value,
    1 AS weight
FROM mart_exception
WHERE resolved_at IS NOT NULL
