/* ---
title = "Out of stock"
category = "inventory"
default_severity = "critical"
owner_team = "Inventory control"
sla_hours = 16
clears_when = "the line's stock is reordered, reserved or picked, or the order is cancelled"
suggested_actions = ["Look for stock at another site", "Offer an approved substitute", "Reorder and give the customer a date"]
version = 1
identity = ["order_line_id"]
needs = ["core_event.business_event", "core_event_object"]
--- */
-- One row per order line and run of failed allocations: from the first failure until what ends it. Further
-- failures before the end belong to the same run and are its magnitude.
WITH failed AS (
    SELECT DISTINCT
        event.source_system,
        relation.object_id AS order_line_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'allocation_failed' AND relation.object_type = 'order_line'
),

ended AS (
    SELECT DISTINCT
        relation.object_id AS order_line_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE
        event.business_event IN ('replenishment_ordered', 'inventory_reserved', 'pick_confirmed', 'order_cancelled')
        AND relation.object_type = 'order_line'
),

paired AS (
    SELECT
        failed.source_system,
        failed.order_line_id,
        failed.event_id,
        failed.timestamp,
        failed.event_no,
        ended.event_id AS clear_event_id,
        ended.timestamp AS cleared_at,
        row_number() OVER (
            PARTITION BY failed.event_id, failed.order_line_id ORDER BY ended.timestamp, ended.event_no, ended.event_id
        ) AS end_no
    FROM failed
    LEFT JOIN ended
        ON
            failed.order_line_id = ended.order_line_id
            AND (
                ended.timestamp > failed.timestamp
                OR (ended.timestamp = failed.timestamp AND ended.event_no > failed.event_no)
            )
),

run AS (
    SELECT
        source_system,
        order_line_id,
        event_id,
        timestamp,
        clear_event_id,
        cleared_at,
        row_number() OVER (
            PARTITION BY order_line_id, clear_event_id ORDER BY timestamp, event_no, event_id
        ) AS failure_no,
        count(*) OVER (PARTITION BY order_line_id, clear_event_id) AS failure_count
    FROM paired
    WHERE end_no = 1
),

named_item AS (
    SELECT
        relation.event_id,
        min(relation.object_id) AS item_id
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'allocation_failed' AND relation.object_type = 'item'
    GROUP BY relation.event_id
)

SELECT
    run.source_system,
    run.order_line_id,
    line.order_id,
    coalesce(line.item_id, named_item.item_id) AS item_id,
    line.site_id,
    line.supplier_id,
    booked.customer_id,
    run.timestamp AS since,
    run.cleared_at AS until,
    run.event_id AS anchor_event_id,
    run.clear_event_id,
    run.failure_count AS magnitude,
    CAST(line.ordered_qty AS DECIMAL(38, 4)) * line.unit_price AS value_at_risk_amount,
    line.currency_code,
    concat(
        'Allocation failed ', CAST(run.failure_count AS VARCHAR), CASE WHEN run.failure_count = 1 THEN ' time' ELSE ' times' END,
        CASE WHEN run.cleared_at IS NULL THEN '; nothing was reordered, reserved or picked since' ELSE ' until stock was found or reordered' END
    ) AS evidence
FROM run
LEFT JOIN core_order_line AS line ON run.order_line_id = line.order_line_id
LEFT JOIN core_order AS booked ON line.order_id = booked.order_id
LEFT JOIN named_item ON run.event_id = named_item.event_id
WHERE run.failure_no = 1
