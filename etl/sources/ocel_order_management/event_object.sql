-- One row per relation of an event to an object, with the log's qualifier; nothing is merged.
SELECT
    event_id,
    object_id,
    object_type,
    qualifier,
    file_no,
    file_line
FROM _relation
