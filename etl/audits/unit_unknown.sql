/* ---
title = "Every quantity is in its item's base unit"
blocks_publishing = false
--- */
WITH line AS (
    SELECT
        order_line_id AS row_id,
        item_id,
        uom_code
    FROM core_order_line
    WHERE uom_code IS NOT NULL
    UNION ALL
    SELECT
        site_id || ' | ' || item_id AS row_id,
        item_id,
        uom_code
    FROM core_inventory
    WHERE uom_code IS NOT NULL
)
SELECT
    l.row_id,
    l.uom_code,
    coalesce(b.base_uom_code, i.base_uom_code) AS base_uom_code
FROM line AS l
LEFT JOIN ref_uom AS u ON u.uom_code = l.uom_code AND u.base_uom_code = l.uom_code
LEFT JOIN core_item AS i ON i.item_id = l.item_id
LEFT JOIN ref_uom AS b ON upper(b.uom_code) = upper(i.base_uom_code)
WHERE u.uom_code IS NULL OR l.uom_code <> coalesce(b.base_uom_code, i.base_uom_code, l.uom_code)
