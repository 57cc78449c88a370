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
WITH human_event AS (
    SELECT DISTINCT
        link.object_id,
        happened.event_id,
        happened.event_no,
        happened.timestamp,
        happened.resource
    FROM core_event AS happened
    INNER JOIN core_event_object AS link ON happened.event_id = link.event_id
    WHERE
        link.object_type = 'exception'
        AND happened.resource_type = 'human'
),

neighbour AS (
    SELECT
        object_id,
        event_id,
        timestamp,
        resource,
        lag(timestamp) OVER (PARTITION BY object_id ORDER BY timestamp, event_no, event_id) AS previous_at,
        lag(resource) OVER (PARTITION BY object_id ORDER BY timestamp, event_no, event_id) AS previous_resource
    FROM human_event
),

touch AS (
    SELECT
        object_id,
        event_id,
        timestamp AS touched_at
    FROM neighbour
    WHERE
        previous_at IS NULL
        OR resource IS DISTINCT FROM previous_resource
        OR epoch(timestamp) - epoch(previous_at) > (
            SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'touch_gap_seconds'
        )
),

touched AS (
    SELECT
        object_id,
        count(*) AS touch_count
    FROM touch
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
