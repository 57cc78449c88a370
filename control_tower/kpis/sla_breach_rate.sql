/* ---
number    = "K12"
title     = "SLA breach rate"
question  = "Of the exceptions that fell due, how many were late?"
formula   = "due in the period and resolved after the due time or not resolved by the clock / due in the period; without a due time the source's flag, at the end of the exception"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.sla_breached"]
note      = "An exception closed or cancelled without a resolution is late."
--- */
SELECT
    exception_id,
    coalesce(sla_due_at, ended_at, as_of) AS measured_on,
    sla_breached AS value,
    1 AS weight,
    sla_basis
FROM mart_exception
WHERE
    sla_due_at <= as_of
    OR (sla_due_at IS NULL AND sla_breached IS NOT NULL)
