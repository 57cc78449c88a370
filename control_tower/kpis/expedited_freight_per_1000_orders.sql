/* ---
number    = "K39"
title     = "Expedited freight per 1,000 orders"
question  = "What do 1,000 orders cost in faster freight?"
formula   = "1000 x expedited freight cost of shipments that left in the period / orders booked in the period"
grain     = "posting"
aggregate = "ratio"
unit      = "per_1000"
better    = "lower"
owner     = "Logistics"
needs     = ["core_shipment.is_expedited", "core_shipment.freight_amount", "core_shipment.standard_freight_amount", "mart_exception", "core_order.order_at"]
sample    = "weight"
note      = "Money per 1,000 orders, in the reporting currency."
--- */
SELECT
    'shipment ' || shipment_id AS posting_id,
    shipped_at AS measured_on,
    premium_amount AS value,
    0 AS weight,
    source_system,
    site_id,
    customer_id
FROM mart_freight
WHERE is_haste
UNION ALL
SELECT
    'order ' || booked.order_id AS posting_id,
    booked.order_at AS measured_on,
    0 AS value,
    1 AS weight,
    booked.source_system,
    booked.site_id,
    booked.customer_id
FROM core_order AS booked
WHERE booked.order_at IS NOT NULL
