-- One row per order line: its order, its item and the shipment it left in, from the relations between objects.
SELECT
    line.id AS order_line_id,
    in_order.source_id AS order_id,
    is_a.target_id AS item_id,
    min(packed.source_id) AS shipment_id,
    line.file_no,
    line.file_line
FROM raw_ocel_order_management__object AS line
INNER JOIN raw_ocel_order_management__object_object AS in_order
    ON line.id = in_order.target_id AND in_order.qualifier = 'comprises'
LEFT JOIN raw_ocel_order_management__object_object AS is_a ON line.id = is_a.source_id AND is_a.qualifier = 'is a'
LEFT JOIN raw_ocel_order_management__object_object AS packed ON line.id = packed.target_id AND packed.qualifier = 'contains'
WHERE line.type = 'items'
GROUP BY line.id, in_order.source_id, is_a.target_id, line.file_no, line.file_line
