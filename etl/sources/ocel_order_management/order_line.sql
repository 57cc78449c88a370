-- One row per item of an order: each is one piece of one product. Quantities follow its events.
WITH moment AS (
    SELECT
        object_id AS order_line_id,
        min(time) FILTER (WHERE activity = 'confirm order') AS confirmed_at,
        min(time) FILTER (WHERE activity = 'item out of stock') AS reservation_failed_at,
        min(time) FILTER (WHERE activity = 'pick item') AS picked_at,
        min(time) FILTER (WHERE activity = 'send package') AS shipped_at,
        min(time) FILTER (WHERE activity = 'package delivered') AS delivered_at
    FROM _relation
    WHERE object_type = 'order_line'
    GROUP BY object_id
)

SELECT
    line.order_line_id,
    line.order_id,
    CAST(row_number() OVER (PARTITION BY line.order_id ORDER BY line.order_line_id) AS INTEGER) AS line_no,
    line.item_id,
    1 AS ordered_qty,
    CASE WHEN moment.confirmed_at IS NOT NULL THEN 1 ELSE 0 END AS confirmed_qty,
    CASE WHEN moment.picked_at IS NOT NULL THEN 1 ELSE 0 END AS allocated_qty,
    CASE WHEN moment.shipped_at IS NOT NULL THEN 1 ELSE 0 END AS shipped_qty,
    CASE WHEN moment.shipped_at IS NOT NULL THEN 1 END AS first_ship_qty,
    CASE WHEN moment.delivered_at IS NOT NULL THEN 1 ELSE 0 END AS delivered_qty,
    0 AS cancelled_qty,
    'piece' AS uom_code,
    CAST(price.value AS DECIMAL(18, 4)) AS unit_price,
    moment.reservation_failed_at,
    moment.shipped_at,
    moment.shipped_at AS complete_ship_at,
    moment.delivered_at,
    line.file_no,
    line.file_line
FROM _line AS line
LEFT JOIN moment ON line.order_line_id = moment.order_line_id
LEFT JOIN _last_attribute AS price ON line.order_line_id = price.object_id AND price.name = 'price'
