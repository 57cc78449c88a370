/* ---
number    = "K43"
title     = "Revenue delay"
question  = "How much revenue waits for how long beyond our promise?"
formula   = "sum of line amount x max(0, shipped complete, else the clock - end of the first promise day) of lines with that day in the period; money x days"
grain     = "order_line"
aggregate = "sum"
unit      = "money_days"
better    = "lower"
owner     = "Finance"
needs     = ["mart_order_line.promise_date", "mart_order_line.line_amount"]
--- */
SELECT
    order_line_id,
    promise_date AS measured_on,
    line_amount * greatest(
        0, epoch(coalesce(complete_ship_at, as_of)) - epoch(CAST(promise_date AS TIMESTAMP)) - 86400
    ) / 86400.0 AS value,
    1 AS weight
FROM mart_order_line
WHERE cancelled_at IS NULL
