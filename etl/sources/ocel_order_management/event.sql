-- One row per event of the log. The resource is the employee it names; where it names two (a customer's
-- order has a first and a second), the first by role.
WITH worker AS (
    SELECT
        event_id,
        arg_min(object_id, (qualifier, object_id)) AS resource
    FROM _relation
    WHERE object_type = 'user'
    GROUP BY event_id
)

SELECT
    event.id AS event_id,
    event.event_no,
    event.type AS activity,
    event.time AS timestamp,
    'complete' AS lifecycle,
    worker.resource,
    CASE WHEN worker.resource IS NOT NULL THEN 'human' END AS resource_type,
    event.file_no,
    event.file_line
FROM _event AS event
LEFT JOIN worker ON event.id = worker.event_id
