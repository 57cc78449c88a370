-- One row per document and attribute that decides whether it may move.
SELECT
    'PO--' || purchase_document_number AS object_id,
    'blocking_indicator' AS attribute,
    CAST(record_creation_date AS TIMESTAMP) AS valid_from,
    1 AS sequence_no,
    CAST(blocking_indicator AS VARCHAR) AS value,
    file_no,
    file_line
FROM raw_inventory_sim__purchase_order_document
WHERE record_creation_date IS NOT NULL
UNION ALL
SELECT
    'PO--' || purchase_document_number AS object_id,
    'purchasing_document_category' AS attribute,
    CAST(record_creation_date AS TIMESTAMP) AS valid_from,
    1 AS sequence_no,
    purchasing_document_category AS value,
    file_no,
    file_line
FROM raw_inventory_sim__purchase_order_document
WHERE record_creation_date IS NOT NULL
UNION ALL
SELECT
    'SO--' || sales_document_number AS object_id,
    'order_reason' AS attribute,
    CAST(document_creation_date AS TIMESTAMP) AS valid_from,
    1 AS sequence_no,
    order_reason AS value,
    file_no,
    file_line
FROM raw_inventory_sim__sales_order_document
WHERE document_creation_date IS NOT NULL
