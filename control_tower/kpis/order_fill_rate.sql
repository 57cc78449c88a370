/* ---
number    = "K35"
title     = "Order fill rate"
question  = "How many orders are filled whole, from stock, with what was ordered?"
formula   = "orders all of whose lines not cancelled are shipped complete, none of them backordered or substituted / orders whose latest first promise day is in the period and over"
grain     = "order"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Supply"
needs     = ["mart_order_line.promise_date", "mart_order_line.complete_ship_at"]
--- */
WITH substituted AS (
    SELECT DISTINCT part.order_line_id
    FROM core_shipment_line AS part
    INNER JOIN core_order_line AS line ON part.order_line_id = line.order_line_id
    WHERE part.item_id != line.item_id
)

SELECT
    line.order_id,
    max(line.promise_date) AS measured_on,
    count(*) = count(line.complete_ship_at)
    AND count(line.backordered_at) = 0
    AND count(substituted.order_line_id) = 0 AS value,
    1 AS weight,
    min(line.source_system) AS source_system,
    min(line.customer_id) AS customer_id,
    min(line.channel) AS channel
FROM mart_order_line AS line
LEFT JOIN substituted ON line.order_line_id = substituted.order_line_id
WHERE line.cancelled_at IS NULL
GROUP BY line.order_id
HAVING CAST(max(line.promise_date) AS TIMESTAMP) + INTERVAL 1 DAY <= max(line.as_of)
