/* Grain: one row per bucket of K10 and severity. $whose = 'open': age now; 'resolved': how long it took.
   Rows with suspect times have no duration and are left out (counted in exception_total).
   Money counts once per order line, with the exception that puts most of it at risk; an exception of a whole
   order is spread over its lines by their amount. */
WITH counted AS (
    SELECT
        exception_id,
        order_line_id,
        order_id,
        invoice_id,
        shipment_id,
        severity,
        sla_breached,
        value_at_risk_amount,
        CASE $whose WHEN 'open' THEN age_hours ELSE resolution_hours END AS hours
    FROM {exceptions}
    WHERE CASE $whose WHEN 'open' THEN is_open ELSE resolved_at IS NOT NULL END
),
affected AS (
    SELECT
        x.exception_id,
        x.value_at_risk_amount,
        coalesce(
            'line ' || coalesce(x.order_line_id, line.order_line_id),
            'order ' || x.order_id,
            'invoice ' || x.invoice_id,
            'shipment ' || x.shipment_id,
            'exception ' || x.exception_id
        ) AS money_key,
        line.order_line_id AS line_of_order_id,
        coalesce(line.line_amount, 0) AS line_amount,
        sum(coalesce(line.line_amount, 0)) OVER (PARTITION BY x.exception_id) AS order_amount,
        count(*) OVER (PARTITION BY x.exception_id) AS line_count
    FROM counted AS x
    LEFT JOIN mart_order_line AS line
        ON CASE WHEN x.order_line_id IS NULL THEN x.order_id END = line.order_id
    WHERE x.value_at_risk_amount IS NOT NULL
),
piece AS (
    SELECT
        exception_id,
        money_key,
        CASE
            WHEN line_of_order_id IS NULL THEN CAST(value_at_risk_amount AS DOUBLE)
            ELSE value_at_risk_amount * coalesce(line_amount / nullif(order_amount, 0), 1.0 / line_count)
        END AS amount
    FROM affected
),
largest AS (
    SELECT
        exception_id,
        amount,
        row_number() OVER (PARTITION BY money_key ORDER BY amount DESC, exception_id) AS place
    FROM piece
),
money AS (
    SELECT
        exception_id,
        sum(amount) AS line_value
    FROM largest
    WHERE place = 1
    GROUP BY exception_id
),
aged AS (
    SELECT
        counted.severity,
        counted.sla_breached,
        counted.hours,
        money.line_value
    FROM counted
    LEFT JOIN money ON counted.exception_id = money.exception_id
)
SELECT
    CASE
        WHEN hours < 4 THEN '0-4h'
        WHEN hours < 24 THEN '4-24h'
        WHEN hours < 72 THEN '1-3d'
        WHEN hours < 168 THEN '3-7d'
        WHEN hours < 336 THEN '7-14d'
        ELSE 'over-14d'
    END AS bucket,
    severity,
    count(severity) AS n,
    count(severity) FILTER (WHERE sla_breached) AS late_count,
    count(sla_breached) AS sla_known_count,
    sum(line_value)::DOUBLE AS value_amount
FROM aged
WHERE hours IS NOT NULL
GROUP BY ALL
ORDER BY bucket, severity
LIMIT 100
