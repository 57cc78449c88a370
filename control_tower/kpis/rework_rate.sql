/* ---
number    = "K26"
title     = "Rework"
question  = "How often is something done twice for one exception?"
formula   = "exceptions detected in the period with an activity, comments aside, that happened more than once / exceptions detected in the period whose events are known"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception", "core_event"]
note      = "An exception without a linked event is unknown."
--- */
WITH step AS (
    SELECT DISTINCT
        link.object_id,
        happened.event_id,
        happened.event_no,
        happened.timestamp,
        happened.activity
    FROM core_event AS happened
    INNER JOIN core_event_object AS link ON happened.event_id = link.event_id
    WHERE link.object_type = 'exception'
),

repeated AS (
    SELECT
        object_id,
        activity,
        count(*) AS times
    FROM step
    WHERE NOT regexp_matches(lower(activity), 'comment')
    GROUP BY object_id, activity
),

judged AS (
    SELECT
        object_id,
        max(times) > 1 AS is_rework
    FROM repeated
    GROUP BY object_id
)

SELECT
    raised.exception_id,
    raised.detected_at AS measured_on,
    judged.is_rework AS value,
    1 AS weight
FROM mart_exception AS raised
LEFT JOIN judged ON raised.exception_id = judged.object_id
WHERE
    coalesce(raised.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND raised.status NOT IN ('duplicate', 'false_positive')
