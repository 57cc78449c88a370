/* Grain: one row, the free stock of $item_id at $site_id: usable on hand less reserved and safety stock, of the newest
   snapshot of every storage location; base units. Unknown parts count as 0, an unknown stock gives no row. */
WITH newest AS (
    SELECT
        on_hand_qty,
        reserved_qty,
        safety_stock_qty,
        row_number() OVER (PARTITION BY storage_location ORDER BY snapshot_at DESC, source_system) AS place
    FROM core_inventory
    WHERE site_id = $site_id AND item_id = $item_id
)

SELECT sum(coalesce(on_hand_qty, 0) - coalesce(reserved_qty, 0) - coalesce(safety_stock_qty, 0)) AS qty
FROM newest
WHERE place = 1
HAVING count(*) > 0
LIMIT 1
