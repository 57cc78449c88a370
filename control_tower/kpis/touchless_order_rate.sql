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
WITH human_event AS (
    SELECT DISTINCT
        link.object_id,
        happened.event_id,
        happened.event_no,
        happened.timestamp,
        happened.resource
    FROM core_event AS happened
    INNER JOIN core_event_object AS link ON happened.event_id = link.event_id
    WHERE
        link.object_type = 'order'
        AND happened.resource_type = 'human'
),

neighbour AS (
    SELECT
        object_id,
        timestamp,
        resource,
        lag(timestamp) OVER (PARTITION BY object_id ORDER BY timestamp, event_no, event_id) AS previous_at,
        lag(resource) OVER (PARTITION BY object_id ORDER BY timestamp, event_no, event_id) AS previous_resource
    FROM human_event
),

touch AS (
    SELECT
        object_id,
        timestamp AS touched_at
    FROM neighbour
    WHERE
        previous_at IS NULL
        OR resource IS DISTINCT FROM previous_resource
        OR epoch(timestamp) - epoch(previous_at) > (
            SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'touch_gap_seconds'
        )
),

billed AS (
    SELECT
        order_id,
        min(posted_at) AS posted_at
    FROM core_invoice
    WHERE direction = 'receivable'
    GROUP BY order_id
),

touched AS (
    SELECT
        booked.order_id,
        count(touch.touched_at) FILTER (
            WHERE
            touch.touched_at >= booked.order_at
            AND (billed.posted_at IS NULL OR touch.touched_at <= billed.posted_at)
        ) AS touch_count
    FROM core_order AS booked
    LEFT JOIN billed ON booked.order_id = billed.order_id
    LEFT JOIN touch ON booked.order_id = touch.object_id
    GROUP BY booked.order_id
)

SELECT
    booked.order_id,
    booked.complete_at AS measured_on,
    touched.touch_count = 0 AS value,
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
INNER JOIN touched ON booked.order_id = touched.order_id
WHERE booked.complete_at IS NOT NULL
