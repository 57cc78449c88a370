/* ---
title = "Promised date missed"
category = "fulfilment"
default_severity = "standard"
owner_team = "Customer service"
sla_hours = 24
clears_when = "the line is fully shipped or cancelled"
suggested_actions = ["Tell the customer a new date", "Look for stock at another site", "Ship what is there if the contract allows a split"]
version = 1
identity = ["order_line_id"]
needs = ["core_order_line.promise_date"]
--- */
-- One row per order line not fully shipped at the end of its first promised day (UTC) and the grace. A line
-- cancelled by then is none; one cancelled later ends there. Where a source shipped everything and states no
-- moment of it, the first shipment stands for it. The magnitude is the quantity that was due.
WITH grace AS (
    SELECT CAST(max(value) AS INTEGER) AS days
    FROM policy_parameter
    WHERE name = 'promise_grace_days'
),

promised AS (
    SELECT
        line.source_system,
        line.order_line_id,
        line.order_id,
        line.item_id,
        line.site_id,
        line.supplier_id,
        line.promise_date,
        line.unit_price,
        line.currency_code,
        CAST(line.promise_date + 1 + coalesce(grace.days, 0) AS TIMESTAMP) AS late_from,
        coalesce(line.ordered_qty, 0)
        - CASE WHEN line.cancelled_at IS NULL THEN coalesce(line.cancelled_qty, 0) ELSE 0 END AS wanted_qty,
        coalesce(line.shipped_qty, 0) AS shipped_qty,
        coalesce(
            line.complete_ship_at, CASE WHEN line.shipped_qty >= line.ordered_qty THEN line.shipped_at END
        ) AS complete_at,
        line.cancelled_at
    FROM core_order_line AS line
    CROSS JOIN grace
    WHERE line.promise_date IS NOT NULL
),

due AS (
    SELECT
        source_system,
        order_line_id,
        order_id,
        item_id,
        site_id,
        supplier_id,
        promise_date,
        unit_price,
        currency_code,
        late_from,
        wanted_qty,
        shipped_qty,
        complete_at,
        CASE
            WHEN complete_at IS NOT NULL AND (cancelled_at IS NULL OR complete_at <= cancelled_at) THEN complete_at
            ELSE cancelled_at
        END AS ended_at
    FROM promised
)

SELECT
    due.source_system,
    due.order_line_id,
    due.order_id,
    due.item_id,
    due.site_id,
    due.supplier_id,
    booked.customer_id,
    due.late_from AS since,
    due.ended_at AS until,
    CAST(NULL AS VARCHAR) AS anchor_event_id,
    CAST(NULL AS VARCHAR) AS clear_event_id,
    due.wanted_qty AS magnitude,
    CAST(due.wanted_qty AS DECIMAL(38, 4)) * due.unit_price AS value_at_risk_amount,
    due.currency_code,
    concat(
        'Promised for ', CAST(due.promise_date AS VARCHAR),
        CASE
            WHEN due.ended_at IS NULL
                THEN concat(
                    ', ', regexp_replace(CAST(due.shipped_qty AS VARCHAR), '[.]?0+$', ''), ' of ',
                    regexp_replace(CAST(due.wanted_qty AS VARCHAR), '[.]?0+$', ''), ' shipped'
                )
            WHEN due.complete_at = due.ended_at THEN concat(', fully shipped on ', CAST(CAST(due.ended_at AS DATE) AS VARCHAR))
            ELSE concat(', cancelled on ', CAST(CAST(due.ended_at AS DATE) AS VARCHAR))
        END
    ) AS evidence
FROM due
INNER JOIN source_clock AS clock ON due.source_system = clock.source_system
LEFT JOIN core_order AS booked ON due.order_id = booked.order_id
WHERE
    due.ended_at >= due.late_from
    OR (due.ended_at IS NULL AND due.wanted_qty > due.shipped_qty AND clock.as_of >= due.late_from)
