/* Grain: one row per customer invoice, with what was corrected or credited. */
SELECT
    'receivable' AS direction,
    invoice.invoice_id,
    invoice.order_id,
    invoice.customer_id,
    CASE WHEN invoice.paid_at IS NULL THEN 'open' ELSE 'paid' END AS status,
    false AS is_blocked,
    invoice.billable_at,
    invoice.posted_at,
    invoice.due_date,
    invoice.paid_at,
    credit.corrected_at,
    credit.credit_at,
    invoice.amount,
    coalesce(credit.credit_amount, 0) AS credit_amount,
    invoice.currency_code,
    invoice.file_no,
    invoice.file_line
FROM raw_sim_finance__invoices AS invoice
LEFT JOIN raw_sim_finance__credits AS credit ON invoice.invoice_id = credit.invoice_id
