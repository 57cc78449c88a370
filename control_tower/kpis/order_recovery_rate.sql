/* ---
number    = "K37"
title     = "On-time recovery"
question  = "How often do we still ship on time after an early warning?"
formula   = "orders with an exception detected before the end of the first promise day that are shipped complete by it / all such orders with that day in the period and over"
grain     = "order"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Operations"
needs     = ["mart_order_line.promise_date", "mart_exception.order_id"]
note      = "An order's promise is its latest line's; it is complete when every line not cancelled is."
--- */
WITH promised AS (
    SELECT
        order_id,
        max(promise_date) AS promise_date,
        CASE
            WHEN count(*) = count(complete_ship_at) THEN max(complete_ship_at)
        END AS complete_ship_at,
        max(as_of) AS as_of,
        min(source_system) AS source_system,
        min(customer_id) AS customer_id,
        min(channel) AS channel
    FROM mart_order_line
    WHERE cancelled_at IS NULL
    GROUP BY order_id
),

warned AS (
    SELECT
        order_id,
        min(detected_at) AS first_detected_at
    FROM mart_exception
    WHERE
        coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
    GROUP BY order_id
)

SELECT
    promised.order_id,
    promised.promise_date AS measured_on,
    coalesce(
        promised.complete_ship_at < CAST(promised.promise_date AS TIMESTAMP) + INTERVAL 1 DAY, false
    ) AS value,
    1 AS weight,
    promised.source_system,
    promised.customer_id,
    promised.channel
FROM promised
INNER JOIN warned ON promised.order_id = warned.order_id
WHERE
    CAST(promised.promise_date AS TIMESTAMP) + INTERVAL 1 DAY <= promised.as_of
    AND warned.first_detected_at < CAST(promised.promise_date AS TIMESTAMP) + INTERVAL 1 DAY
