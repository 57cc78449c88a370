/* ---
number    = "K40"
title     = "Stranded stock"
question  = "How much money lies free at one site while another is short of the same item?"
formula   = "sum of (on hand - safety stock - open demand due within the policy's horizon) x unit cost, where positive and the item's demand exceeds such stock at another site, at T"
grain     = "stock_place"
aggregate = "stock"
unit      = "money"
better    = "lower"
owner     = "Supply"
needs     = ["core_inventory.on_hand_qty", "mart_order_line.open_qty", "core_item.unit_cost"]
note      = "A site that is short has nothing free, so the shortage is always elsewhere."
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
),

balance AS (
    SELECT
        coalesce(node.site_id, demand.site_id) AS site_id,
        coalesce(node.item_id, demand.item_id) AS item_id,
        node.source_system,
        node.snapshot_at,
        coalesce(node.usable_qty, 0) - coalesce(demand.demand_qty, 0) AS free_qty
    FROM node
    FULL JOIN demand ON node.site_id = demand.site_id AND node.item_id = demand.item_id
),

short AS (
    SELECT DISTINCT item_id
    FROM balance
    WHERE free_qty < 0
)

SELECT
    balance.site_id || ' | ' || balance.item_id AS stock_place_id,
    balance.snapshot_at AS valid_from,
    CAST(NULL AS TIMESTAMP) AS valid_to,
    balance.free_qty * item.unit_cost * CASE
        WHEN item.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
        ELSE (
            SELECT arg_max(exchange.rate, exchange.valid_from)
            FROM ref_currency_rate AS exchange
            WHERE
                exchange.currency_code = item.currency_code
                AND exchange.valid_from <= CAST(balance.snapshot_at AS DATE)
        )
    END AS value,
    1 AS weight,
    balance.source_system,
    balance.site_id,
    balance.item_id
FROM balance
INNER JOIN short ON balance.item_id = short.item_id
LEFT JOIN core_item AS item ON balance.item_id = item.item_id
WHERE balance.free_qty > 0
