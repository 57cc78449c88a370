/* Grain: one row per bucket of K10 and severity. $whose = 'open': age now; 'resolved': how long it took.
   Rows with suspect times have no duration and are left out (counted in exception_total).
   Money counts once per order line, with the exception that puts most of it at risk; an exception of a whole
   order is spread over its lines by their amount. */
WITH counted AS (
    SELECT
        exception_id,
        severity,
        sla_breached,
        CASE $whose WHEN 'open' THEN age_hours ELSE resolution_hours END AS hours
    FROM {exceptions}
    WHERE CASE $whose WHEN 'open' THEN is_open ELSE resolved_at IS NOT NULL END
),
largest AS (
    SELECT
        counted.exception_id,
        at_risk.amount,
        row_number() OVER (PARTITION BY at_risk.money_key ORDER BY at_risk.amount DESC NULLS LAST, counted.exception_id) AS place
    FROM counted
    INNER JOIN mart_money_at_risk AS at_risk ON counted.exception_id = at_risk.exception_id
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
