/* ---
number    = "K04"
title     = "Touchless orders"
question  = "What share of orders went through without anybody's hand?"
formula   = "orders completed in the period without a touch from booking to the first posted invoice / orders completed in the period"
grain     = "order"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Operations"
needs     = ["core_order.complete_at", "core_event.resource_type"]
--- */
WITH touched AS (
    SELECT DISTINCT object_id
    FROM mart_touch
    WHERE is_in_flow
)

SELECT
    booked.order_id,
    booked.complete_at AS measured_on,
    touched.object_id IS NULL AS value,
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
