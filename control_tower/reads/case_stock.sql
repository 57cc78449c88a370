/* Grain: one row per item of the exception $exception_id and site: newest snapshot of every storage location, base units.
   free_qty = usable on hand less reserved and safety stock, at least 0; is_own = the site of the exception. */
WITH wanted AS (
    SELECT
        e.item_id,
        e.site_id
    FROM {exceptions} AS e
    WHERE e.exception_id = $exception_id AND e.item_id IS NOT NULL
    UNION
    SELECT
        l.item_id,
        e.site_id
    FROM {exceptions} AS e
    INNER JOIN mart_order_line AS l
        ON l.order_line_id = e.order_line_id OR (e.order_line_id IS NULL AND l.order_id = e.order_id)
    WHERE e.exception_id = $exception_id AND e.item_id IS NULL AND l.open_qty > 0
),
newest AS (
    SELECT
        s.item_id,
        s.site_id,
        wanted.site_id AS own_site_id,
        s.snapshot_at,
        s.on_hand_qty,
        s.reserved_qty,
        s.safety_stock_qty,
        s.blocked_qty,
        s.in_inspection_qty,
        row_number() OVER (
            PARTITION BY s.item_id, s.site_id, s.storage_location ORDER BY s.snapshot_at DESC, s.source_system
        ) AS place
    FROM core_inventory AS s
    INNER JOIN wanted ON s.item_id = wanted.item_id
)
SELECT
    coalesce(item.name, regexp_replace(n.item_id, '^[^:]+:', '')) AS item,
    n.item_id,
    n.site_id,
    coalesce(site.name, regexp_replace(n.site_id, '^[^:]+:', '')) AS site,
    (n.site_id = n.own_site_id) AS is_own,
    sum(n.on_hand_qty)::DOUBLE AS on_hand_qty,
    sum(n.reserved_qty)::DOUBLE AS reserved_qty,
    sum(n.safety_stock_qty)::DOUBLE AS safety_stock_qty,
    sum(n.blocked_qty + n.in_inspection_qty)::DOUBLE AS blocked_qty,
    greatest(sum(coalesce(n.on_hand_qty, 0) - coalesce(n.reserved_qty, 0) - coalesce(n.safety_stock_qty, 0)), 0)::DOUBLE AS free_qty,
    max(n.snapshot_at) AS snapshot_at
FROM newest AS n
LEFT JOIN core_site AS site ON n.site_id = site.site_id
LEFT JOIN core_item AS item ON n.item_id = item.item_id
WHERE n.place = 1
GROUP BY ALL
ORDER BY item, is_own DESC NULLS LAST, free_qty DESC, n.site_id
LIMIT 200
