/* ---
number       = "K40"
title        = "Inventory utilisation"
question     = "How much of the stock is where demand will use it?"
formula      = "sum of min(on hand - safety stock, open demand due within the policy's horizon) / sum of on hand, per item and site at T"
grain        = "stock_place"
aggregate    = "stock"
unit         = "percent"
better       = "higher"
owner        = "Supply"
needs        = ["core_inventory.on_hand_qty", "mart_order_line.open_qty"]
stock_figure = "ratio"
note         = "Overdue demand counts as due. Stock is the newest snapshot of each storage location by T."
--- */
WITH place AS (
    SELECT
        site_id,
        item_id,
        storage_location,
        max(source_system) AS source_system,
        max(snapshot_at) AS snapshot_at,
        arg_max(on_hand_qty, snapshot_at) AS on_hand_qty,
        arg_max(safety_stock_qty, snapshot_at) AS safety_stock_qty
    FROM core_inventory
    WHERE snapshot_at <= $at
    GROUP BY site_id, item_id, storage_location
),

node AS (
    SELECT
        site_id,
        item_id,
        min(source_system) AS source_system,
        max(snapshot_at) AS snapshot_at,
        sum(on_hand_qty) AS on_hand_qty,
        greatest(sum(on_hand_qty) - sum(coalesce(safety_stock_qty, 0)), 0) AS usable_qty
    FROM place
    GROUP BY site_id, item_id
),

demand AS (
    SELECT
        site_id,
        item_id,
        sum(CASE WHEN complete_ship_at IS NULL THEN open_qty ELSE ordered_qty - coalesce(cancelled_qty, 0) END) AS demand_qty
    FROM mart_order_line
    WHERE
        order_at <= $at
        AND (complete_ship_at IS NULL OR complete_ship_at > $at)
        AND (cancelled_at IS NULL OR cancelled_at > $at)
        AND coalesce(promise_date, requested_date) < CAST($at AS TIMESTAMP) + to_days(CAST((
            SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'demand_horizon_days'
        ) AS INTEGER))
    GROUP BY site_id, item_id
)

SELECT
    node.site_id || ' | ' || node.item_id AS stock_place_id,
    node.snapshot_at AS valid_from,
    CAST(NULL AS TIMESTAMP) AS valid_to,
    least(node.usable_qty, coalesce(demand.demand_qty, 0)) AS value,
    node.on_hand_qty AS weight,
    node.source_system,
    node.site_id,
    node.item_id
FROM node
LEFT JOIN demand ON node.site_id = demand.site_id AND node.item_id = demand.item_id
