-- One row per material number, with the last net price a line says for it.
SELECT
    material AS item_id,
    material AS name,
    arg_max(net_price, (file_no, file_line)) AS unit_cost,
    max(file_no) AS file_no,
    arg_max(file_line, (file_no, file_line)) AS file_line
FROM raw_ocel_procure_to_pay__material
WHERE material IS NOT NULL
GROUP BY material
