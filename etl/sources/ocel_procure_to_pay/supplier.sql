-- One row per vendor that a purchase order or a quotation names.
WITH named AS (
    SELECT vendor, file_no, file_line
    FROM raw_ocel_procure_to_pay__purchase_order
    UNION ALL
    SELECT vendor, file_no, file_line
    FROM raw_ocel_procure_to_pay__quotation
)

SELECT
    vendor AS supplier_id,
    vendor AS name,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM named
WHERE vendor IS NOT NULL
GROUP BY vendor
