/* ---
number    = "K10"
title     = "Open past SLA"
question  = "How many open exceptions are past their due time?"
formula   = "count of exceptions open at T whose due time is before T; without a due time those that the source flags as breached, from its clock on"
grain     = "exception"
aggregate = "stock"
unit      = "count"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.sla_breached"]
--- */
SELECT
    exception_id,
    CASE
        WHEN sla_due_at IS NOT NULL THEN greatest(sla_due_at, detected_at)
        ELSE greatest(as_of, detected_at)  -- the flag does not say since when
    END AS valid_from,
    ended_at AS valid_to,
    1 AS value,
    1 AS weight,
    sla_basis
FROM mart_exception
WHERE
    sla_due_at IS NOT NULL
    OR sla_breached
