/* ---
number    = "K42"
title     = "Revenue at risk"
question  = "How much revenue do open exceptions hold back?"
formula   = "sum of (ordered - shipped - cancelled) x unit price over distinct lines blocked by at least one exception open at T"
grain     = "order_line"
aggregate = "stock"
unit      = "money"
better    = "lower"
owner     = "Finance"
needs     = ["mart_order_line.open_amount", "mart_exception.blocks_line"]
once_per  = "order_line_id"
note      = "Open quantities are those of the build."
--- */
WITH blocked AS (
    SELECT
        raised.detected_at,
        raised.ended_at,
        coalesce(raised.order_line_id, line.order_line_id) AS order_line_id
    FROM mart_exception AS raised
    LEFT JOIN mart_order_line AS line
        ON CASE WHEN raised.order_line_id IS NULL THEN raised.order_id END = line.order_id
    WHERE raised.blocks_line
)

SELECT
    line.order_line_id,
    blocked.detected_at AS valid_from,
    blocked.ended_at AS valid_to,
    line.open_amount AS value,
    1 AS weight
FROM blocked
INNER JOIN mart_order_line AS line ON blocked.order_line_id = line.order_line_id
WHERE
    line.open_qty > 0
