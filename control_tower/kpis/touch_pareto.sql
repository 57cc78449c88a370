/* ---
number    = "K34"
title     = "Touch Pareto"
question  = "How much of the handwork comes from the three largest root causes?"
formula   = "touches on exceptions resolved in the period of the three root causes with most / all touches on them; every cause with its share and the cumulative share in the detail"
grain     = "exception"
aggregate = "derived"
unit      = "percent"
better    = "lower"
owner     = "Process"
needs     = ["core_event.resource_type", "mart_exception.root_cause_code", "mart_exception.resolved_at"]
function  = "top_share"
part      = "root_cause_code"
--- */
WITH touched AS (
    SELECT
        object_id,
        count(*) AS touch_count
    FROM mart_touch
    WHERE object_type = 'exception'
    GROUP BY object_id
)

SELECT
    raised.exception_id,
    raised.resolved_at AS measured_on,
    coalesce(touched.touch_count, 0) AS value,
    0 AS weight,
    raised.root_cause_code
FROM mart_exception AS raised
LEFT JOIN touched ON raised.exception_id = touched.object_id
WHERE raised.resolved_at IS NOT NULL
