-- One row per relation between two objects. 1,014 invoice receipts that goods receipts and orders name are
-- not among the log's objects; their relations are kept.
SELECT
    ocel_source_id AS source_object_id,
    ocel_target_id AS target_object_id,
    coalesce(ocel_qualifier, 'related to') AS qualifier,
    file_no,
    file_line
FROM raw_ocel_procure_to_pay__object_object
