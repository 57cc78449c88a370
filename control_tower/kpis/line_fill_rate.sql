/* ---
number    = "K35"
title     = "Line fill rate"
question  = "How many order lines go out whole, the first time, by the first promise?"
formula   = "lines fully shipped in the first shipment by the first promise day / lines with that day in the period and over"
grain     = "order_line"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Supply"
needs     = ["mart_order_line.promise_date", "mart_order_line.first_ship_qty"]
--- */
SELECT
    order_line_id,
    promise_date AS measured_on,
    coalesce(first_ship_qty >= ordered_qty AND shipped_at < CAST(promise_date AS TIMESTAMP) + INTERVAL 1 DAY, false) AS value,
    1 AS weight
FROM mart_order_line
WHERE CAST(promise_date AS TIMESTAMP) + INTERVAL 1 DAY <= as_of
