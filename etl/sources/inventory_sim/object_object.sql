-- One row per line and the document it belongs to.
SELECT
    'PO--' || purchase_order_number AS source_object_id,
    'PO_ITEM--' || purchase_order_number || '-' || purchase_order_item_number AS target_object_id,
    'comprises' AS qualifier,
    file_no,
    file_line
FROM raw_inventory_sim__purchase_order_item
UNION ALL
SELECT
    'SO--' || sales_document_number AS source_object_id,
    'SO_ITEM--' || sales_document_number || '-' || item_number AS target_object_id,
    'comprises' AS qualifier,
    file_no,
    file_line
FROM raw_inventory_sim__sales_order_item
