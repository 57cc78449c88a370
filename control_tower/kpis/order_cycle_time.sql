/* ---
number    = "K14"
title     = "Order cycle time with open orders"
question  = "How long does an order take, counting those that are not complete yet?"
formula   = "Kaplan-Meier median of (complete - booked) over orders booked in the period; open = censored at its source's clock, cancelled = censored then"
grain     = "order"
aggregate = "survival"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["core_order.order_at"]
--- */
SELECT
    booked.order_id,
    booked.order_at AS measured_on,
    CASE
        WHEN coalesce(booked.complete_at, booked.cancelled_at, clock.as_of) >= booked.order_at
            THEN (epoch(coalesce(booked.complete_at, booked.cancelled_at, clock.as_of)) - epoch(booked.order_at)) / 3600.0
    END AS value,
    booked.complete_at IS NOT NULL AS weight,
    booked.complete_at IS NULL AND booked.cancelled_at IS NOT NULL AS is_competing,
    booked.source_system,
    booked.customer_id,
    booked.site_id,
    booked.channel,
    booked.fulfilment_channel,
    booked.order_type,
    booked.priority,
    booked.business_unit
FROM core_order AS booked
LEFT JOIN source_clock AS clock ON booked.source_system = clock.source_system
