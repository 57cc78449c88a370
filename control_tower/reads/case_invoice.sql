/* Grain: one row per invoice of the exception $exception_id: its own, or those of its order, with an open dispute if there
   is one. Amounts in its currency. */
SELECT
    i.invoice_id,
    i.direction,
    i.status,
    coalesce(i.is_blocked, false) AS is_blocked,
    i.billable_at,
    i.posted_at,
    i.due_date,
    i.paid_at,
    i.corrected_at,
    i.amount::DOUBLE AS amount,
    i.credit_amount::DOUBLE AS credit_amount,
    i.currency_code,
    max(d.reason_code) AS dispute
FROM {exceptions} AS e
INNER JOIN core_invoice AS i ON i.invoice_id = e.invoice_id OR i.order_id = e.order_id
LEFT JOIN core_dispute AS d ON i.invoice_id = d.invoice_id AND d.closed_at IS NULL
WHERE e.exception_id = $exception_id
GROUP BY ALL
ORDER BY i.posted_at, i.invoice_id
LIMIT 100
