-- One row per sales order document.
SELECT
    'SO--' || sales_document_number AS order_id,
    'CUSTOMER--' || customer_number AS customer_id,
    lower(order_type) AS order_type,
    CAST(document_creation_date AS TIMESTAMP) AS order_at,
    file_no,
    file_line
FROM raw_inventory_sim__sales_order_document
