/* ---
title = "Reserved beyond stock"
category = "inventory"
default_severity = "critical"
owner_team = "Inventory control"
sla_hours = 12
clears_when = "a count shows that what is reserved and promised is covered again"
suggested_actions = ["Plan all lines that wait for the item together", "Look for stock at another site", "Give the lines that must wait a date"]
version = 1
identity = ["site_id", "item_id"]
needs = ["core_inventory.on_hand_qty"]
--- */
-- One row per site, item and run of counts in which more is reserved and promised than is there (DET-06): from the
-- first such count until the first count that covers it again. Reserved is the larger of what the warehouse says and
-- what open order lines hold; promised is what open lines are confirmed for beyond that. Open lines are known only as
-- they are now, so they count for the newest count alone. The magnitude is the quantity that is missing.
WITH counted AS (
    SELECT
        source_system,
        site_id,
        item_id,
        snapshot_at,
        sum(coalesce(on_hand_qty, 0)) AS on_hand_qty,
        sum(coalesce(reserved_qty, 0)) AS reserved_qty,
        row_number() OVER (PARTITION BY source_system, site_id, item_id ORDER BY snapshot_at DESC) AS from_last,
        row_number() OVER (PARTITION BY source_system, site_id, item_id ORDER BY snapshot_at) AS count_no
    FROM core_inventory
    WHERE on_hand_qty IS NOT NULL
    GROUP BY source_system, site_id, item_id, snapshot_at
),

claimed AS (
    SELECT
        site_id,
        item_id,
        sum(coalesce(allocated_qty, 0)) AS allocated_qty,
        sum(CASE WHEN confirmed_qty > coalesce(allocated_qty, 0) THEN confirmed_qty - coalesce(allocated_qty, 0) ELSE 0 END)
            AS promised_qty
    FROM core_order_line
    WHERE
        cancelled_at IS NULL AND shipped_at IS NULL AND complete_ship_at IS NULL
        AND (allocated_qty > 0 OR confirmed_qty > 0)
        AND coalesce(shipped_qty, 0) = 0
    GROUP BY site_id, item_id
),

judged AS (
    SELECT
        counted.source_system,
        counted.site_id,
        counted.item_id,
        counted.snapshot_at,
        counted.count_no,
        counted.on_hand_qty,
        CASE
            WHEN counted.from_last = 1 AND claimed.allocated_qty > counted.reserved_qty THEN claimed.allocated_qty
            ELSE counted.reserved_qty
        END AS reserved_qty,
        CASE WHEN counted.from_last = 1 THEN coalesce(claimed.promised_qty, 0) ELSE 0 END AS promised_qty
    FROM counted
    LEFT JOIN claimed ON counted.site_id = claimed.site_id AND counted.item_id = claimed.item_id
),

marked AS (
    SELECT
        source_system,
        site_id,
        item_id,
        snapshot_at,
        count_no,
        on_hand_qty,
        reserved_qty,
        promised_qty,
        (reserved_qty + promised_qty > on_hand_qty) AS is_short,
        sum(CASE WHEN reserved_qty + promised_qty > on_hand_qty THEN 0 ELSE 1 END)
            OVER (PARTITION BY source_system, site_id, item_id ORDER BY snapshot_at) AS run_no
    FROM judged
),

run AS (
    SELECT
        source_system,
        site_id,
        item_id,
        run_no,
        min(snapshot_at) AS since,
        max(count_no) AS last_no,
        max(reserved_qty + promised_qty - on_hand_qty) AS missing_qty
    FROM marked
    WHERE is_short
    GROUP BY source_system, site_id, item_id, run_no
)

SELECT
    run.source_system,
    run.site_id,
    run.item_id,
    run.since,
    later.snapshot_at AS until,
    CAST(NULL AS VARCHAR) AS anchor_event_id,
    CAST(NULL AS VARCHAR) AS clear_event_id,
    run.missing_qty AS magnitude,
    CAST(run.missing_qty AS DECIMAL(38, 4)) * item.unit_price AS value_at_risk_amount,
    item.currency_code,
    concat(
        'Reserved ', regexp_replace(CAST(newest.reserved_qty AS VARCHAR), '[.]0+$', ''), ' and promised ',
        regexp_replace(CAST(newest.promised_qty AS VARCHAR), '[.]0+$', ''), ' of ',
        regexp_replace(CAST(newest.on_hand_qty AS VARCHAR), '[.]0+$', ''), ' on hand'
    ) AS evidence
FROM run
INNER JOIN marked AS newest
    ON
        run.source_system = newest.source_system AND run.site_id = newest.site_id AND run.item_id = newest.item_id
        AND run.last_no = newest.count_no
LEFT JOIN marked AS later
    ON
        run.source_system = later.source_system AND run.site_id = later.site_id AND run.item_id = later.item_id
        AND later.count_no = run.last_no + 1
LEFT JOIN core_item AS item ON run.item_id = item.item_id
