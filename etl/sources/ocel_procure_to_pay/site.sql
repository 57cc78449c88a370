-- One row per plant that a purchase order line is for.
SELECT
    plant AS site_id,
    'Plant ' || plant AS name,
    'plant' AS site_type,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM raw_ocel_procure_to_pay__material
WHERE plant IS NOT NULL
GROUP BY plant
