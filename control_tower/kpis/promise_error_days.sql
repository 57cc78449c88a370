/* ---
number    = "K38"
title     = "Promise error"
question  = "By how many days do we miss our first promise, early or late?"
formula   = "mean of |day shipped complete, else the clock's day - first promise day| of lines with that day in the period and over"
grain     = "order_line"
aggregate = "mean"
unit      = "days"
better    = "lower"
owner     = "Customer service"
needs     = ["mart_order_line.promise_date"]
--- */
SELECT
    order_line_id,
    promise_date AS measured_on,
    abs(datediff('day', promise_date, CAST(coalesce(complete_ship_at, as_of) AS DATE))) AS value,
    1 AS weight
FROM mart_order_line
WHERE CAST(promise_date AS TIMESTAMP) + INTERVAL 1 DAY <= as_of
