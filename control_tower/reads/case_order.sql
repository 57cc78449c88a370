/* Grain: one row: the order of the exception $exception_id; nothing without an order. Amount in the order's currency. */
SELECT
    o.order_id,
    o.customer_reference,
    o.channel,
    o.order_type,
    o.fulfilment_channel,
    o.priority,
    o.status,
    o.order_at,
    o.requested_date,
    o.promise_date,
    o.complete_at,
    o.cancelled_at,
    o.order_amount::DOUBLE AS order_amount,
    o.currency_code
FROM {exceptions} AS e
INNER JOIN core_order AS o ON e.order_id = o.order_id
WHERE e.exception_id = $exception_id
LIMIT 1
