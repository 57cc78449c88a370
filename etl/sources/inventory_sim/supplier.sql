-- One row per vendor account of the purchase orders; the database has no vendor names.
SELECT
    'SUPPLIER--' || account_number_of_vendor AS supplier_id,
    'Vendor ' || account_number_of_vendor AS name,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM raw_inventory_sim__purchase_order_document
WHERE account_number_of_vendor IS NOT NULL
GROUP BY account_number_of_vendor
