/* ---
title = "Shipped less than ordered"
category = "inventory"
default_severity = "standard"
owner_team = "Warehouse"
sla_hours = 24
clears_when = "the rest of the line is shipped or cancelled"
suggested_actions = ["Find out whether the rest was picked", "Ship the rest or put it on backorder with a date", "Correct the stock where it was short"]
version = 1
identity = ["order_line_id"]
needs = ["core_order_line.first_ship_qty"]
--- */
-- One row per order line whose first shipment carried less than the customer wanted: from that shipment until
-- the rest is shipped or cancelled. What had been cancelled is not wanted; a line cancelled before it shipped
-- is none. The magnitude is the quantity that was missing.
WITH short AS (
    SELECT
        source_system,
        order_line_id,
        order_id,
        item_id,
        site_id,
        supplier_id,
        ordered_qty,
        coalesce(cancelled_qty, 0) AS cancelled_qty,
        first_ship_qty,
        unit_price,
        currency_code,
        shipped_at,
        CASE
            WHEN complete_ship_at IS NOT NULL AND (cancelled_at IS NULL OR complete_ship_at <= cancelled_at) THEN complete_ship_at
            ELSE cancelled_at
        END AS ended_at
    FROM core_order_line
    WHERE
        shipped_at IS NOT NULL
        AND (cancelled_at IS NULL OR cancelled_at > shipped_at)
        AND first_ship_qty < ordered_qty - CASE WHEN cancelled_at IS NULL THEN coalesce(cancelled_qty, 0) ELSE 0 END
)

SELECT
    short.source_system,
    short.order_line_id,
    short.order_id,
    short.item_id,
    short.site_id,
    short.supplier_id,
    booked.customer_id,
    short.shipped_at AS since,
    short.ended_at AS until,
    CAST(NULL AS VARCHAR) AS anchor_event_id,
    CAST(NULL AS VARCHAR) AS clear_event_id,
    short.ordered_qty - short.first_ship_qty AS magnitude,
    CAST(short.ordered_qty - short.first_ship_qty AS DECIMAL(38, 4)) * short.unit_price AS value_at_risk_amount,
    short.currency_code,
    concat(
        regexp_replace(CAST(short.first_ship_qty AS VARCHAR), '[.]?0+$', ''), ' of ',
        regexp_replace(CAST(short.ordered_qty AS VARCHAR), '[.]?0+$', ''), ' shipped at first',
        CASE WHEN short.ended_at IS NULL THEN ', the rest is still missing' ELSE '' END
    ) AS evidence
FROM short
LEFT JOIN core_order AS booked ON short.order_id = booked.order_id
