-- One row per package and the order line in it.
SELECT
    contains.source_id AS shipment_id,
    contains.target_id AS order_line_id,
    1 AS shipped_qty,
    line.item_id,
    contains.file_no,
    contains.file_line
FROM raw_ocel_order_management__object_object AS contains
INNER JOIN _line AS line ON contains.target_id = line.order_line_id
WHERE contains.qualifier = 'contains'
