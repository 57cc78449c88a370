/* Grain: one row per customer with a credit limit: what is left of it after unpaid invoices, in the
   reporting currency. Not a page's read: bounded by the customers asked for. */
WITH newest_rate AS (
    SELECT
        currency_code,
        max_by(rate, valid_from) AS rate
    FROM ref_currency_rate
    CROSS JOIN policy
    WHERE valid_from <= CAST(policy.as_of AS DATE)
    GROUP BY currency_code
),

unpaid AS (
    SELECT
        invoice.customer_id,
        sum(CAST(invoice.amount - coalesce(invoice.credit_amount, 0) AS DOUBLE) * newest_rate.rate) AS amount
    FROM core_invoice AS invoice
    LEFT JOIN newest_rate ON invoice.currency_code = newest_rate.currency_code
    WHERE invoice.direction = 'receivable' AND invoice.paid_at IS NULL
    GROUP BY invoice.customer_id
)

SELECT
    customer.customer_id,
    CAST(customer.credit_limit_amount * newest_rate.rate AS DOUBLE) - coalesce(unpaid.amount, 0) AS headroom_amount
FROM core_customer AS customer
LEFT JOIN newest_rate ON customer.currency_code = newest_rate.currency_code
LEFT JOIN unpaid ON customer.customer_id = unpaid.customer_id
WHERE
    customer.credit_limit_amount IS NOT NULL
    AND list_contains(CAST($customer_ids AS VARCHAR[]), customer.customer_id)
ORDER BY customer.customer_id
LIMIT 200000
