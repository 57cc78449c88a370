-- One row per event, object and qualifier, with the event's type and time and the object's type in our words.
SELECT
    relation.event_id,
    event.type AS activity,
    event.time,
    event.event_no,
    relation.object_id,
    object.object_type,
    coalesce(relation.qualifier, object.object_type) AS qualifier,
    relation.file_no,
    relation.file_line
FROM raw_ocel_order_management__event_object AS relation
INNER JOIN _event AS event ON relation.event_id = event.id
INNER JOIN _object AS object ON relation.object_id = object.id
