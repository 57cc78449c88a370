/* Grain: one row per payment received; it is applied whole or not at all. */
SELECT
    cash.cash_receipt_id,
    invoice.customer_id,
    cash.invoice_id,
    cash.received_at,
    cash.applied_at,
    cash.amount,
    CASE WHEN cash.applied_at IS NULL THEN 0 ELSE cash.amount END AS applied_amount,
    invoice.currency_code,
    cash.file_no,
    cash.file_line
FROM raw_sim_finance__cash AS cash
LEFT JOIN raw_sim_finance__invoices AS invoice ON cash.invoice_id = invoice.invoice_id
