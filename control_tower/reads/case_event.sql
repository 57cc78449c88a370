/* Grain: one row per event of the exception $exception_id and role it plays in it, in order of time. */
SELECT
    happened.event_id,
    happened.activity,
    happened.timestamp,
    happened.resource,
    happened.resource_type,
    happened.department,
    happened.note,
    happened.source_system,
    link.qualifier
FROM core_event_object AS link
INNER JOIN core_event AS happened ON link.event_id = happened.event_id
WHERE
    link.object_id = $exception_id
    AND link.object_type = 'exception'
ORDER BY happened.timestamp, happened.event_no, happened.event_id, link.qualifier
LIMIT 1000
