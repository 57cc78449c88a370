/* ---
number    = "K22"
title     = "Manual touches per exception"
question  = "How often does somebody have to lay a hand on an exception before it is fixed?"
formula   = "touches on exceptions resolved in the period / exceptions resolved in the period"
grain     = "exception"
aggregate = "ratio"
unit      = "ratio"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.resolved_at", "core_event.resource_type"]
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
    1 AS weight
FROM mart_exception AS raised
LEFT JOIN touched ON raised.exception_id = touched.object_id
WHERE raised.resolved_at IS NOT NULL
