/* ---
title = "Money in a currency without a rate is listed, not summed"
blocks_publishing = false
--- */
SELECT
    m.exception_id AS row_id,
    e.currency_code,
    e.value_at_risk_amount AS amount
FROM mart_exception AS m
JOIN core_exception AS e ON e.exception_id = m.exception_id
WHERE e.value_at_risk_amount IS NOT NULL AND m.value_at_risk_amount IS NULL
UNION ALL
SELECT
    m.order_line_id AS row_id,
    l.currency_code,
    l.unit_price AS amount
FROM mart_order_line AS m
JOIN core_order_line AS l ON l.order_line_id = m.order_line_id
WHERE l.unit_price IS NOT NULL AND m.unit_price IS NULL
