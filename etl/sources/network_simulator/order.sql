SELECT
    order_id,
    customer_id,
    site_id,
    channel,
    priority,
    business_unit,
    order_at,
    requested_date,
    promise_date,
    complete_at,
    order_amount,
    currency_code,
    file_no,
    file_line
FROM raw_network_simulator__orders
