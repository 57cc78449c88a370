/* ---
title     = "Value at risk"
question  = "How much money stands behind open exceptions?"
formula   = "sum of value at risk of exceptions open at T, once per order line (the largest of its exceptions); an exception of a whole order is spread over its lines by their amount"
grain     = "exception"
aggregate = "stock"
unit      = "money"
better    = "lower"
owner     = "Finance"
needs     = ["mart_exception.value_at_risk_amount"]
once_per  = "money_key"
--- */
WITH affected AS (
    SELECT
        raised.exception_id,
        raised.detected_at,
        raised.ended_at,
        raised.is_time_suspect,
        raised.as_of,
        raised.value_at_risk_amount,
        raised.order_id,
        raised.invoice_id,
        raised.shipment_id,
        raised.order_line_id AS own_line_id,
        line.order_line_id AS line_of_order_id,
        coalesce(line.line_amount, 0) AS line_amount,
        sum(coalesce(line.line_amount, 0)) OVER (PARTITION BY raised.exception_id) AS order_amount,
        count(*) OVER (PARTITION BY raised.exception_id) AS line_count
    FROM mart_exception AS raised
    LEFT JOIN mart_order_line AS line
        ON CASE WHEN raised.order_line_id IS NULL THEN raised.order_id END = line.order_id
)

SELECT
    exception_id,
    detected_at AS valid_from,
    ended_at AS valid_to,
    CASE
        WHEN line_of_order_id IS NULL THEN CAST(value_at_risk_amount AS DOUBLE)
        ELSE value_at_risk_amount * coalesce(line_amount / nullif(order_amount, 0), 1.0 / line_count)
    END AS value,
    1 AS weight,
    coalesce(
        'line ' || coalesce(own_line_id, line_of_order_id),
        'order ' || order_id,
        'invoice ' || invoice_id,
        'shipment ' || shipment_id,
        'exception ' || exception_id
    ) AS money_key,
    CASE
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 4 * 3600 THEN '0-4h'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 24 * 3600 THEN '4-24h'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 72 * 3600 THEN '1-3d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 168 * 3600 THEN '3-7d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 336 * 3600 THEN '7-14d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) >= 336 * 3600 THEN 'over-14d'
    END AS aging_bucket
FROM affected
