-- One row per customer account of a sales order or of a goods issue in the log; neither has names.
WITH named AS (
    SELECT 'CUSTOMER--' || customer_number AS customer_id, file_no, file_line
    FROM raw_inventory_sim__sales_order_document
    UNION ALL
    SELECT object_id AS customer_id, file_no, file_line
    FROM _relation
    WHERE object_type = 'customer'
)

SELECT
    customer_id,
    replace(customer_id, 'CUSTOMER--', 'Customer ') AS name,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM named
WHERE customer_id IS NOT NULL
GROUP BY customer_id
