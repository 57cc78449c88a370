/* Grain: one row per site and item asked for: the newest count of each storage location, summed. Not a page's read:
   bounded by sites × items asked for. */
WITH newest AS (
    SELECT
        site_id,
        item_id,
        max(snapshot_at) AS snapshot_at
    FROM core_inventory
    WHERE list_contains(CAST($item_ids AS VARCHAR[]), item_id)
    GROUP BY site_id, item_id
)

SELECT
    stock.site_id,
    stock.item_id,
    max(stock.snapshot_at) AS snapshot_at,
    sum(coalesce(stock.on_hand_qty, 0)) AS on_hand_qty,
    sum(coalesce(stock.reserved_qty, 0)) AS reserved_qty,
    sum(coalesce(stock.safety_stock_qty, 0)) AS safety_stock_qty
FROM core_inventory AS stock
INNER JOIN newest
    ON stock.site_id = newest.site_id AND stock.item_id = newest.item_id AND stock.snapshot_at = newest.snapshot_at
GROUP BY stock.site_id, stock.item_id
ORDER BY stock.site_id, stock.item_id
LIMIT 200000
