/* Grain: one row per complaint that a customer took further. */
SELECT
    complaint_id AS customer_escalation_id,
    customer_id,
    order_id,
    exception_id,
    escalated_at,
    note,
    file_no,
    file_line
FROM raw_sim_webshop__complaints
