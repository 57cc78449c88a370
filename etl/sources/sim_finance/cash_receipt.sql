/* Grain: one row per payment received. */
SELECT
    cash_receipt_id,
    invoice_id,
    customer_id,
    received_at,
    applied_at,
    amount,
    applied_amount,
    currency_code,
    file_no,
    file_line
FROM raw_sim_finance__cash
