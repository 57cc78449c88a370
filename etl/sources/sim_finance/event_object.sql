/* Grain: one row per event and object it is about. */
SELECT
    'FIN-I' || invoice_id AS event_id,
    invoice_id AS object_id,
    'invoice' AS object_type,
    'invoice' AS qualifier,
    file_no,
    file_line
FROM raw_sim_finance__invoices
WHERE invoice_id IS NOT NULL
UNION ALL
SELECT
    'FIN-I' || invoice_id AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_finance__invoices
WHERE order_id IS NOT NULL
UNION ALL
SELECT
    'FIN-C' || cash_receipt_id AS event_id,
    cash_receipt_id AS object_id,
    'payment' AS object_type,
    'payment' AS qualifier,
    file_no,
    file_line
FROM raw_sim_finance__cash
WHERE cash_receipt_id IS NOT NULL
UNION ALL
SELECT
    'FIN-C' || cash_receipt_id AS event_id,
    invoice_id AS object_id,
    'invoice' AS object_type,
    'invoice' AS qualifier,
    file_no,
    file_line
FROM raw_sim_finance__cash
WHERE invoice_id IS NOT NULL
UNION ALL
SELECT
    'FIN-C' || cash.cash_receipt_id AS event_id,
    invoice.order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    cash.file_no,
    cash.file_line
FROM raw_sim_finance__cash AS cash
INNER JOIN raw_sim_finance__invoices AS invoice ON cash.invoice_id = invoice.invoice_id
UNION ALL
SELECT
    'FIN-X' || log_no AS event_id,
    exception_id AS object_id,
    'exception' AS object_type,
    'exception' AS qualifier,
    file_no,
    file_line
FROM raw_sim_finance__exception_log
WHERE exception_id IS NOT NULL
UNION ALL
SELECT
    'FIN-X' || log_no AS event_id,
    order_id AS object_id,
    'order' AS object_type,
    'order' AS qualifier,
    file_no,
    file_line
FROM raw_sim_finance__exception_log
WHERE order_id IS NOT NULL
