/* ---
number    = "K24"
title     = "Hand-offs between departments"
question  = "How often does an exception change departments before it is fixed?"
formula   = "mean number of consecutive human events of different departments, over exceptions resolved in the period"
grain     = "exception"
aggregate = "mean"
unit      = "ratio"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception.resolved_at", "core_event.department"]
note      = "Without a linked event, or with a person's event of no known department, it is unknown."
--- */
WITH step AS (
    SELECT DISTINCT
        link.object_id,
        happened.event_id,
        happened.event_no,
        happened.timestamp,
        happened.resource_type,
        happened.department
    FROM core_event AS happened
    INNER JOIN core_event_object AS link ON happened.event_id = link.event_id
    WHERE link.object_type = 'exception'
),

passed AS (
    SELECT
        object_id,
        department,
        lag(department) OVER (PARTITION BY object_id ORDER BY timestamp, event_no, event_id) AS previous_department
    FROM step
    WHERE
        resource_type = 'human'
        AND department IS NOT NULL
),

handed AS (
    SELECT
        object_id,
        count(*) FILTER (WHERE department != previous_department) AS handoff_count
    FROM passed
    GROUP BY object_id
),

seen AS (
    SELECT
        object_id,
        count(*) FILTER (WHERE resource_type = 'human' AND department IS NULL) AS blind_count
    FROM step
    GROUP BY object_id
)

SELECT
    raised.exception_id,
    raised.resolved_at AS measured_on,
    CASE WHEN seen.blind_count = 0 THEN coalesce(handed.handoff_count, 0) END AS value,
    1 AS weight
FROM mart_exception AS raised
LEFT JOIN seen ON raised.exception_id = seen.object_id
LEFT JOIN handed ON raised.exception_id = handed.object_id
WHERE raised.resolved_at IS NOT NULL
