/* ---
number    = "K15"
title     = "Order cycle delay"
question  = "How much longer does an order take once it has an exception, compared with its like?"
formula   = "within strata (channel x site x band of lines 1, 2-3, 4-10, over 10 x priority) of orders completed in the period: median cycle time with an exception - median without; mean weighted by the orders with one; bootstrap interval"
grain     = "order"
aggregate = "derived"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["core_order.complete_at", "mart_exception.order_id"]
function  = "stratified_difference"
note      = "A comparison of like with like, not an experiment: what causes the exception may also cause the delay."
--- */
WITH booked AS (
    SELECT
        header.order_id,
        header.source_system,
        header.customer_id,
        header.site_id,
        header.channel,
        header.order_type,
        header.priority,
        header.business_unit,
        header.order_at,
        header.complete_at,
        count(line.order_line_id) AS line_count
    FROM core_order AS header
    LEFT JOIN core_order_line AS line ON header.order_id = line.order_id
    GROUP BY ALL
),

hit AS (
    SELECT DISTINCT order_id
    FROM mart_exception
    WHERE
        order_id IS NOT NULL
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
)

SELECT
    booked.order_id,
    booked.complete_at AS measured_on,
    CASE
        WHEN booked.complete_at >= booked.order_at
            THEN (epoch(booked.complete_at) - epoch(booked.order_at)) / 3600.0
    END AS value,
    1 AS weight,
    concat_ws(
        ' | ',
        coalesce(booked.channel, '-'),
        coalesce(booked.site_id, '-'),
        CASE
            WHEN booked.line_count <= 1 THEN '1 line'
            WHEN booked.line_count <= 3 THEN '2-3 lines'
            WHEN booked.line_count <= 10 THEN '4-10 lines'
            ELSE 'over 10 lines'
        END,
        coalesce(CAST(booked.priority AS VARCHAR), '-')
    ) AS stratum,
    hit.order_id IS NOT NULL AS is_exposed,
    booked.source_system,
    booked.customer_id,
    booked.site_id,
    booked.channel,
    booked.order_type,
    booked.priority,
    booked.business_unit
FROM booked
LEFT JOIN hit ON booked.order_id = hit.order_id
WHERE booked.complete_at IS NOT NULL
