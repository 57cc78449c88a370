-- One row per purchase order line (`material` in the log). The log receives orders, not lines: received_at is
-- the last receipt of the whole order, and how much of a line came is not said.
SELECT
    line.ocel_id AS supply_id,
    'purchase_order' AS supply_type,
    ordered.purchase_order_id,
    ordered.vendor AS supplier_id,
    line.plant AS site_id,
    line.material AS item_id,
    line.quantity AS ordered_qty,
    line.net_price AS unit_cost,
    ordered.release_status AS status,
    ordered.ordered_at,
    CAST(line.delivery_date AS DATE) AS promised_date,
    ordered.last_received_at AS received_at,
    line.file_no,
    line.file_line
FROM raw_ocel_procure_to_pay__material AS line
LEFT JOIN raw_ocel_procure_to_pay__object_object AS relation
    ON line.ocel_id = relation.ocel_target_id AND relation.ocel_qualifier = 'Materials of Purchase Order'
LEFT JOIN _purchase_order AS ordered ON relation.ocel_source_id = ordered.purchase_order_id
