/* ---
number    = "K02"
title     = "Exception rate"
question  = "What share of orders runs into an exception?"
formula   = "orders booked in the period with at least one valid exception / orders booked in the period"
grain     = "order"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Operations"
needs     = ["core_order.order_at", "mart_exception.order_id"]
--- */
WITH hit AS (
    SELECT
        order_id,
        count(*) AS exception_count
    FROM mart_exception
    WHERE
        order_id IS NOT NULL
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
    GROUP BY order_id
)

SELECT
    booked.order_id,
    booked.order_at AS measured_on,
    hit.order_id IS NOT NULL AS value,
    1 AS weight,
    booked.source_system,
    booked.customer_id,
    customer.tier AS customer_tier,
    customer.segment,
    booked.site_id,
    booked.channel,
    booked.fulfilment_channel,
    booked.order_type,
    booked.priority,
    booked.business_unit
FROM core_order AS booked
LEFT JOIN hit ON booked.order_id = hit.order_id
LEFT JOIN core_customer AS customer ON booked.customer_id = customer.customer_id
