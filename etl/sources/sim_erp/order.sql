/* Grain: one row per order. */
SELECT
    order_id,
    customer_id,
    site_id,
    channel AS local_channel,
    order_type,
    business_unit,
    customer_reference,
    priority,
    status,
    order_at,
    requested_date,
    promise_date,
    complete_at,
    cancelled_at,
    order_amount,
    currency_code,
    'ship_from_dc' AS fulfilment_channel,
    file_no,
    file_line
FROM raw_sim_erp__orders
