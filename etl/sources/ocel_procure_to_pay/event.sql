-- One row per event. The log numbers its events (`event:52`); the resource is a department or a role.
SELECT
    event.ocel_id AS event_id,
    CAST(split_part(event.ocel_id, ':', 2) AS BIGINT) AS event_no,
    event.ocel_type AS activity,
    detail.ocel_time AS timestamp,
    detail.lifecycle,
    detail.resource,
    CASE WHEN detail.resource IS NOT NULL THEN 'human' END AS resource_type,
    detail.resource AS department,
    detail.resource AS team_id,
    detail.file_no,
    detail.file_line
FROM raw_ocel_procure_to_pay__event AS event
INNER JOIN raw_ocel_procure_to_pay__event_detail AS detail ON event.ocel_id = detail.ocel_id
