/* ---
number    = "K36"
title     = "Fill-rate points lost"
question  = "How much line fill do inventory exceptions cost?"
formula   = "lines due with an inventory exception of their own or of their whole order and not filled the first time / lines due, with the first promise day in the period and over"
grain     = "order_line"
aggregate = "ratio"
unit      = "points"
better    = "lower"
owner     = "Supply"
needs     = ["mart_order_line.promise_date", "mart_order_line.first_ship_qty", "mart_exception.category"]
note      = "Kept as a share: 0.02 = two points of the line fill rate."
--- */
WITH hit AS (
    SELECT DISTINCT
        order_line_id,
        CASE WHEN order_line_id IS NULL THEN order_id END AS order_id
    FROM mart_exception
    WHERE
        category = 'inventory'
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
)

SELECT
    line.order_line_id,
    line.promise_date AS measured_on,
    (
        EXISTS (SELECT 1 FROM hit WHERE hit.order_line_id = line.order_line_id)
        OR EXISTS (SELECT 1 FROM hit WHERE hit.order_id = line.order_id)
    )
    AND NOT coalesce(
        line.first_ship_qty >= line.ordered_qty
        AND line.shipped_at < CAST(line.promise_date AS TIMESTAMP) + INTERVAL 1 DAY,
        false
    ) AS value,
    1 AS weight
FROM mart_order_line AS line
WHERE CAST(line.promise_date AS TIMESTAMP) + INTERVAL 1 DAY <= line.as_of
