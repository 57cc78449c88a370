/* Grain: one row per dispute. */
SELECT
    dispute_id,
    invoice_id,
    customer_id,
    reason_code,
    opened_at,
    closed_at,
    amount,
    currency_code,
    file_no,
    file_line
FROM raw_sim_finance__disputes
