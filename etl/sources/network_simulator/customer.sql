SELECT
    customer_id,
    name,
    tier,
    segment,
    business_unit,
    is_split_allowed,
    is_ship_complete,
    is_promise_protected,
    payment_term_days,
    credit_limit_amount,
    currency_code,
    file_no,
    file_line
FROM raw_network_simulator__customers
