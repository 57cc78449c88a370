/* Grain: one row per order line that the asked exceptions are about, and is still open. An exception names its line,
   or its order, or an item and perhaps a site (then all lines of that item that wait). Not a page's read: bounded by
   the exceptions asked for. */
WITH asked AS (
    SELECT
        exception_id,
        category,
        order_line_id,
        order_id,
        item_id,
        site_id
    FROM mart_exception
    WHERE list_contains(CAST($exception_ids AS VARCHAR[]), exception_id)
),

waiting AS (
    SELECT
        order_line_id,
        order_id,
        item_id,
        site_id,
        (
            backordered_at IS NOT NULL OR reservation_failed_at IS NOT NULL
            OR least(coalesce(allocated_qty, 0), coalesce(confirmed_qty, allocated_qty, 0)) < open_qty
        ) AS is_short
    FROM mart_order_line
    WHERE open_qty > 0 AND cancelled_at IS NULL AND released_at IS NULL
)

SELECT DISTINCT
    waiting.order_line_id,
    waiting.order_id,
    waiting.item_id,
    asked.exception_id,
    (asked.category = 'credit') AS is_credit
FROM asked
INNER JOIN waiting ON asked.order_line_id = waiting.order_line_id
UNION
SELECT DISTINCT
    waiting.order_line_id,
    waiting.order_id,
    waiting.item_id,
    asked.exception_id,
    (asked.category = 'credit') AS is_credit
FROM asked
INNER JOIN waiting ON asked.order_id = waiting.order_id
WHERE asked.order_line_id IS NULL AND (waiting.is_short OR asked.category = 'credit')
UNION
SELECT DISTINCT
    waiting.order_line_id,
    waiting.order_id,
    waiting.item_id,
    asked.exception_id,
    FALSE AS is_credit
FROM asked
INNER JOIN waiting
    ON asked.item_id = waiting.item_id AND (asked.site_id IS NULL OR asked.site_id = waiting.site_id)
WHERE asked.order_line_id IS NULL AND asked.order_id IS NULL AND waiting.is_short
ORDER BY order_line_id, exception_id
LIMIT 20000
