/* Grain: one row per customer. */
SELECT
    customer_id,
    name,
    tier AS local_tier,
    segment,
    business_unit,
    country_code,
    is_split_allowed,
    min_split_margin_rate,
    is_ship_complete,
    is_promise_protected,
    routing_guide_code,
    payment_term_days,
    credit_limit_amount,
    currency_code,
    file_no,
    file_line
FROM raw_sim_erp__customers
