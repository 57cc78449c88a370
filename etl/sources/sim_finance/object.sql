/* Grain: one row per object that this system keeps the record of. */
SELECT
    invoice_id AS object_id,
    'invoice' AS object_type,
    file_no,
    file_line
FROM raw_sim_finance__invoices
UNION ALL
SELECT
    cash_receipt_id AS object_id,
    'payment' AS object_type,
    file_no,
    file_line
FROM raw_sim_finance__cash
UNION ALL
SELECT
    exception_id AS object_id,
    'exception' AS object_type,
    file_no,
    file_line
FROM raw_sim_finance__exceptions
