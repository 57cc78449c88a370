/* ---
number    = "K14"
title     = "Order cycle time"
question  = "How long does the typical order take from booking to complete?"
formula   = "median of (complete - booked) of orders completed in the period, elapsed hours"
grain     = "order"
aggregate = "median"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["core_order.complete_at", "core_order.order_at"]
note      = "Completed only; see order_cycle_time."
--- */
SELECT
    booked.order_id,
    booked.complete_at AS measured_on,
    CASE
        WHEN booked.complete_at >= booked.order_at THEN (epoch(booked.complete_at) - epoch(booked.order_at)) / 3600.0
    END AS value,
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
WHERE booked.complete_at IS NOT NULL
