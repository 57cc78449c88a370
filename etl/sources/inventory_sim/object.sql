-- One row per object of the log, and per document and line of the database that the log leaves out.
WITH known AS (
    SELECT object_id, object_type, file_no, file_line
    FROM _relation
    UNION ALL
    SELECT 'PO--' || purchase_document_number AS object_id, 'purchase_order' AS object_type, file_no, file_line
    FROM raw_inventory_sim__purchase_order_document
    UNION ALL
    SELECT 'SO--' || sales_document_number AS object_id, 'order' AS object_type, file_no, file_line
    FROM raw_inventory_sim__sales_order_document
    UNION ALL
    SELECT
        'PO_ITEM--' || purchase_order_number || '-' || purchase_order_item_number AS object_id,
        'purchase_order_line' AS object_type,
        file_no,
        file_line
    FROM raw_inventory_sim__purchase_order_item
    UNION ALL
    SELECT
        'SO_ITEM--' || sales_document_number || '-' || item_number AS object_id,
        'order_line' AS object_type,
        file_no,
        file_line
    FROM raw_inventory_sim__sales_order_item
)

SELECT
    object_id,
    object_type,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM known
GROUP BY object_id, object_type
