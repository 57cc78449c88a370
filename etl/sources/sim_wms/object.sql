/* Grain: one row per object that this system keeps the record of. */
SELECT
    exception_id AS object_id,
    'exception' AS object_type,
    file_no,
    file_line
FROM raw_sim_wms__exceptions
