/* ---
number    = "K35"
title     = "Unit fill rate"
question  = "How many units go out in the first shipment by the first promise?"
formula   = "units in the first shipment by the first promise day, at most those ordered / units ordered on lines with that day in the period and over"
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
    CASE
        WHEN shipped_at < CAST(promise_date AS TIMESTAMP) + INTERVAL 1 DAY
            THEN least(coalesce(first_ship_qty, 0), ordered_qty)
        ELSE 0
    END AS value,
    ordered_qty AS weight
FROM mart_order_line
WHERE CAST(promise_date AS TIMESTAMP) + INTERVAL 1 DAY <= as_of
