/* Grain: one row per expected receipt of an item of the exception $exception_id that has not fully come, soonest first.
   open_qty = announced, else ordered, less received; base units. */
WITH wanted AS (
    SELECT e.item_id
    FROM {exceptions} AS e
    WHERE e.exception_id = $exception_id AND e.item_id IS NOT NULL
    UNION
    SELECT l.item_id
    FROM {exceptions} AS e
    INNER JOIN mart_order_line AS l
        ON l.order_line_id = e.order_line_id OR (e.order_line_id IS NULL AND l.order_id = e.order_id)
    WHERE e.exception_id = $exception_id AND e.item_id IS NULL AND l.open_qty > 0
)
SELECT
    s.supply_id,
    s.supply_type,
    coalesce(item.name, regexp_replace(s.item_id, '^[^:]+:', '')) AS item,
    coalesce(site.name, regexp_replace(s.site_id, '^[^:]+:', '')) AS site,
    coalesce(supplier.name, origin.name, regexp_replace(coalesce(s.supplier_id, s.from_site_id), '^[^:]+:', '')) AS sender,
    (coalesce(s.asn_qty, s.ordered_qty, 0) - coalesce(s.received_qty, 0))::DOUBLE AS open_qty,
    s.promised_date,
    s.eta_at,
    coalesce(s.is_blocked, false) AS is_blocked,
    s.status
FROM core_supply AS s
INNER JOIN wanted ON s.item_id = wanted.item_id
LEFT JOIN core_item AS item ON s.item_id = item.item_id
LEFT JOIN core_site AS site ON s.site_id = site.site_id
LEFT JOIN core_site AS origin ON s.from_site_id = origin.site_id
LEFT JOIN core_supplier AS supplier ON s.supplier_id = supplier.supplier_id
WHERE coalesce(s.asn_qty, s.ordered_qty, 0) > coalesce(s.received_qty, 0)
ORDER BY s.eta_at NULLS LAST, s.supply_id
LIMIT 100
