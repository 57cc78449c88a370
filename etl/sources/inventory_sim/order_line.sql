-- One row per sales order item. Goods issues name no sales order, so what was shipped is unknown.
SELECT
    'SO_ITEM--' || line.sales_document_number || '-' || line.item_number AS order_line_id,
    'SO--' || line.sales_document_number AS order_id,
    CAST(line.item_number AS INTEGER) AS line_no,
    'MAT-' || line.material_number AS item_id,
    line.plant AS site_id,
    line.order_quantity AS ordered_qty,
    line.net_price AS unit_price,
    CASE WHEN document.order_type = 'Backorder' THEN CAST(document.document_creation_date AS TIMESTAMP) END AS backordered_at,
    line.file_no,
    line.file_line
FROM raw_inventory_sim__sales_order_item AS line
LEFT JOIN raw_inventory_sim__sales_order_document AS document
    ON line.sales_document_number = document.sales_document_number
