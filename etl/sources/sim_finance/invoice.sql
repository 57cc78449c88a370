/* Grain: one row per customer invoice. */
SELECT
    'receivable' AS direction,
    invoice_id,
    order_id,
    customer_id,
    status,
    billable_at,
    posted_at,
    due_date,
    paid_at,
    corrected_at,
    credit_at,
    amount,
    credit_amount,
    currency_code,
    false AS is_blocked,
    file_no,
    file_line
FROM raw_sim_finance__invoices
