-- One row per relation of an event to an object, with the log's qualifier.
SELECT
    relation.ocel_event_id AS event_id,
    relation.ocel_object_id AS object_id,
    object.object_type,
    coalesce(relation.ocel_qualifier, object.object_type) AS qualifier,
    relation.file_no,
    relation.file_line
FROM raw_ocel_procure_to_pay__event_object AS relation
INNER JOIN _object AS object ON relation.ocel_object_id = object.ocel_id
