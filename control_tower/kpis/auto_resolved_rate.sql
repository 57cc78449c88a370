/* ---
number    = "K21"
title     = "Resolved by itself"
question  = "How many exceptions are fixed without anybody's hand?"
formula   = "exceptions resolved in the period all of whose events are automatic / exceptions resolved in the period whose events are known"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Operations"
needs     = ["mart_exception.resolved_at", "core_event.resource_type"]
note      = "Without a linked event, or with events by nobody knows whom and none by a person, it is unknown."
--- */
WITH step AS (
    SELECT DISTINCT
        link.object_id,
        happened.event_id,
        happened.event_no,
        happened.timestamp,
        happened.resource_type
    FROM core_event AS happened
    INNER JOIN core_event_object AS link ON happened.event_id = link.event_id
    WHERE link.object_type = 'exception'
),

worked AS (
    SELECT
        object_id,
        CASE
            WHEN count(*) FILTER (WHERE resource_type = 'human') > 0 THEN false
            WHEN count(*) = count(*) FILTER (WHERE resource_type = 'automatic') THEN true
        END AS is_automatic
    FROM step
    GROUP BY object_id
)

SELECT
    raised.exception_id,
    raised.resolved_at AS measured_on,
    worked.is_automatic AS value,
    1 AS weight
FROM mart_exception AS raised
LEFT JOIN worked ON raised.exception_id = worked.object_id
WHERE raised.resolved_at IS NOT NULL
