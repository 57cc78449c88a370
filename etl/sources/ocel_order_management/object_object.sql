-- One row per relation between two objects.
SELECT
    source_id AS source_object_id,
    target_id AS target_object_id,
    coalesce(qualifier, 'related to') AS qualifier,
    file_no,
    file_line
FROM raw_ocel_order_management__object_object
