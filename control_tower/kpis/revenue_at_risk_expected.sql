/* ---
number    = "K42"
title     = "Revenue likely to be missed"
question  = "How much of the revenue held back will probably miss its promise?"
formula   = "sum of (ordered - shipped - cancelled) x unit price x P(miss) over distinct lines blocked by at least one exception open at T; P(miss) is 1 once the first promise day is over, else the newest forecast of a breach made by T, the highest of the line's exceptions"
grain     = "order_line"
aggregate = "stock"
unit      = "money"
better    = "lower"
owner     = "Finance"
needs     = ["mart_order_line.open_amount", "mart_exception.blocks_line", "core_recommendation.probability"]
once_per  = "order_line_id"
note      = "A line that is in time and without a forecast is listed, not summed."
--- */
WITH forecast AS (
    SELECT
        exception_id,
        arg_max(probability, made_at) AS probability
    FROM core_recommendation
    WHERE
        kind = 'breach'
        AND made_at <= $at
    GROUP BY exception_id
),

blocked AS (
    SELECT
        raised.detected_at,
        raised.ended_at,
        coalesce(raised.order_line_id, line.order_line_id) AS order_line_id,
        forecast.probability
    FROM mart_exception AS raised
    LEFT JOIN forecast ON raised.exception_id = forecast.exception_id
    LEFT JOIN mart_order_line AS line
        ON CASE WHEN raised.order_line_id IS NULL THEN raised.order_id END = line.order_id
    WHERE raised.blocks_line
)

SELECT
    line.order_line_id,
    blocked.detected_at AS valid_from,
    blocked.ended_at AS valid_to,
    CAST(line.open_amount AS DOUBLE) * CASE
        WHEN line.promise_date < CAST(CAST($at AS TIMESTAMP) AS DATE) THEN 1
        ELSE blocked.probability
    END AS value,
    1 AS weight
FROM blocked
INNER JOIN mart_order_line AS line ON blocked.order_line_id = line.order_line_id
WHERE
    line.open_qty > 0
