/* ---
number    = "K38"
title     = "Order promise accuracy"
question  = "How often do we keep our first promise?"
formula   = "lines shipped complete by the first promise day / lines with that day in the period and over; open and late = miss"
grain     = "order_line"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Customer service"
needs     = ["mart_order_line.promise_date"]
--- */
SELECT
    order_line_id,
    promise_date AS measured_on,
    coalesce(complete_ship_at < CAST(promise_date AS TIMESTAMP) + INTERVAL 1 DAY, false) AS value,
    1 AS weight
FROM mart_order_line
WHERE CAST(promise_date AS TIMESTAMP) + INTERVAL 1 DAY <= as_of
