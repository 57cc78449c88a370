/* Grain: one row per shipment. */
SELECT
    shipment_id,
    order_id,
    customer_id,
    site_id,
    carrier_id,
    status,
    planned_ship_at,
    shipped_at,
    planned_delivery_at,
    delivered_at,
    proof_of_delivery_at,
    freight_amount,
    standard_freight_amount,
    currency_code,
    is_expedited,
    file_no,
    file_line
FROM raw_sim_tms__shipments
