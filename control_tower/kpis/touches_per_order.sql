/* ---
number    = "K23"
title     = "Manual touches per order"
question  = "How often does somebody have to lay a hand on an order?"
formula   = "touches on orders completed in the period / orders completed in the period"
grain     = "order"
aggregate = "ratio"
unit      = "ratio"
better    = "lower"
owner     = "Operations"
needs     = ["core_order.complete_at", "core_event.resource_type"]
--- */
WITH touched AS (
    SELECT
        object_id,
        count(*) AS touch_count
    FROM mart_touch
    WHERE object_type = 'order'
    GROUP BY object_id
)

SELECT
    booked.order_id,
    booked.complete_at AS measured_on,
    coalesce(touched.touch_count, 0) AS value,
    1 AS weight,
    booked.source_system,
    booked.customer_id,
    booked.site_id,
    booked.channel,
    booked.fulfilment_channel,
    booked.order_type,
    booked.priority,
    booked.business_unit
FROM core_order AS booked
LEFT JOIN touched ON booked.order_id = touched.object_id
WHERE booked.complete_at IS NOT NULL
