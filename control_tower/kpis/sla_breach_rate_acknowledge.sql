/* ---
number    = "K12"
title     = "SLA breach rate, acknowledge"
question  = "How many exceptions were not taken up in time?"
formula   = "acknowledge time due in the period and (acknowledged or still not acknowledged) after it / acknowledge time due in the period"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.ack_due_at"]
--- */
SELECT
    exception_id,
    ack_due_at AS measured_on,
    coalesce(acknowledged_at, as_of) > ack_due_at AS value,
    1 AS weight
FROM mart_exception
WHERE ack_due_at <= as_of
