-- One row per object of the log.
SELECT
    id AS object_id,
    object_type,
    file_no,
    file_line
FROM _object
