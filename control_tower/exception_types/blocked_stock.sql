/* ---
title = "Stock blocked"
category = "inventory"
default_severity = "standard"
owner_team = "Inventory control"
sla_hours = 48
clears_when = "the block is taken off the purchase order"
suggested_actions = ["Ask the buyer why the order is blocked", "Release the block or order elsewhere", "Re-promise the order lines that count on it"]
version = 1
identity = ["purchase_order_id"]
needs = ["core_supply.is_blocked"]
--- */
-- One row per purchase order that is blocked: stock on its way that nobody may count on. Blocked quantities
-- that lie at a site (core_inventory.blocked_qty) are a figure of the stock report and no exception: nearly
-- every position has some, and no source says since when or why. A source that flags an order keeps no date of
-- the block either: the interval begins when the order was placed, and ends when the flag is gone. The
-- magnitude is the quantity still to come.
WITH blocked AS (
    SELECT
        source_system,
        purchase_order_id,
        min(ordered_at) AS ordered_at,
        sum(
            CASE
                WHEN ordered_qty > coalesce(received_qty, 0) THEN ordered_qty - coalesce(received_qty, 0)
                ELSE 0
            END
        ) AS open_qty,
        sum(
            CASE
                WHEN ordered_qty > coalesce(received_qty, 0) THEN CAST(ordered_qty - coalesce(received_qty, 0) AS DECIMAL(38, 4)) * unit_cost
                ELSE 0
            END
        ) AS open_amount,
        count(*) AS line_count,
        CASE WHEN count(DISTINCT currency_code) = 1 THEN min(currency_code) END AS currency_code,
        CASE WHEN count(DISTINCT supplier_id) = 1 THEN min(supplier_id) END AS supplier_id,
        CASE WHEN count(DISTINCT site_id) = 1 THEN min(site_id) END AS site_id,
        CASE WHEN count(DISTINCT item_id) = 1 THEN min(item_id) END AS item_id
    FROM core_supply
    WHERE is_blocked AND purchase_order_id IS NOT NULL AND ordered_at IS NOT NULL
    GROUP BY source_system, purchase_order_id
)

SELECT
    source_system,
    purchase_order_id,
    supplier_id,
    site_id,
    item_id,
    ordered_at AS since,
    CAST(NULL AS TIMESTAMP) AS until,
    CAST(NULL AS VARCHAR) AS anchor_event_id,
    CAST(NULL AS VARCHAR) AS clear_event_id,
    open_qty AS magnitude,
    open_amount AS value_at_risk_amount,
    currency_code,
    concat(
        'Purchase order ', purchase_order_id, ' is blocked: ', CAST(line_count AS VARCHAR),
        CASE WHEN line_count = 1 THEN ' line' ELSE ' lines' END
    ) AS evidence
FROM blocked
