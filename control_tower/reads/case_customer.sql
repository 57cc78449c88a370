/* Grain: one row: the customer of the exception $exception_id and what its contract says; nothing without a customer.
   recently_late_rate = share of its lines promised within 90 days before its clock that shipped after the promise. */
WITH late AS (
    SELECT
        l.customer_id,
        avg((coalesce(l.complete_ship_at, l.as_of) > l.promise_date + INTERVAL 1 DAY)::INTEGER) AS late_rate,
        count(l.order_line_id) AS line_count
    FROM mart_order_line AS l
    WHERE
        l.customer_id = (SELECT e.customer_id FROM {exceptions} AS e WHERE e.exception_id = $exception_id)
        AND l.cancelled_at IS NULL
        AND l.promise_date >= l.as_of::DATE - 90
        AND l.promise_date < l.as_of::DATE
    GROUP BY l.customer_id
)
SELECT
    c.customer_id,
    c.name,
    c.tier,
    c.segment,
    c.business_unit,
    c.country_code,
    c.is_split_allowed,
    c.min_split_margin_rate::DOUBLE AS min_split_margin_rate,
    c.is_ship_complete,
    c.is_promise_protected,
    c.routing_guide_code,
    c.payment_term_days,
    c.credit_limit_amount::DOUBLE AS credit_limit_amount,
    c.currency_code,
    late.late_rate AS recently_late_rate,
    late.line_count AS recent_line_count,
    (
        SELECT sum(i.amount - coalesce(i.credit_amount, 0))
        FROM core_invoice AS i
        WHERE i.customer_id = c.customer_id AND i.direction = 'receivable' AND i.paid_at IS NULL AND i.currency_code = c.currency_code
    )::DOUBLE AS unpaid_amount
FROM {exceptions} AS e
INNER JOIN core_customer AS c ON e.customer_id = c.customer_id
LEFT JOIN late ON c.customer_id = late.customer_id
WHERE e.exception_id = $exception_id
LIMIT 1
