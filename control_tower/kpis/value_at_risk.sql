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
instant_for = "aging_bucket"
--- */
SELECT
    raised.exception_id,
    raised.detected_at AS valid_from,
    raised.ended_at AS valid_to,
    money.amount AS value,
    1 AS weight,
    money.money_key,
    CASE
        WHEN epoch(CASE WHEN NOT raised.is_time_suspect THEN least(CAST($at AS TIMESTAMP), raised.as_of) END) - epoch(raised.detected_at) < 4 * 3600 THEN '0-4h'
        WHEN epoch(CASE WHEN NOT raised.is_time_suspect THEN least(CAST($at AS TIMESTAMP), raised.as_of) END) - epoch(raised.detected_at) < 24 * 3600 THEN '4-24h'
        WHEN epoch(CASE WHEN NOT raised.is_time_suspect THEN least(CAST($at AS TIMESTAMP), raised.as_of) END) - epoch(raised.detected_at) < 72 * 3600 THEN '1-3d'
        WHEN epoch(CASE WHEN NOT raised.is_time_suspect THEN least(CAST($at AS TIMESTAMP), raised.as_of) END) - epoch(raised.detected_at) < 168 * 3600 THEN '3-7d'
        WHEN epoch(CASE WHEN NOT raised.is_time_suspect THEN least(CAST($at AS TIMESTAMP), raised.as_of) END) - epoch(raised.detected_at) < 336 * 3600 THEN '7-14d'
        WHEN epoch(CASE WHEN NOT raised.is_time_suspect THEN least(CAST($at AS TIMESTAMP), raised.as_of) END) - epoch(raised.detected_at) >= 336 * 3600 THEN 'over-14d'
    END AS aging_bucket
FROM mart_exception AS raised
INNER JOIN mart_money_at_risk AS money ON raised.exception_id = money.exception_id
