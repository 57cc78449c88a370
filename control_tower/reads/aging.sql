/* Grain: one row per bucket of K10 and severity. $whose = 'open': age now; 'resolved': how long it took.
   Rows with suspect times have no duration and are left out (counted in exception_total).
   Money counts once per order line, with the exception that puts most of it at risk. */
WITH aged AS (
    SELECT
        severity,
        sla_breached,
        CASE
            WHEN row_number() OVER (
                PARTITION BY coalesce(order_line_id, exception_id)
                ORDER BY value_at_risk_amount DESC NULLS LAST, exception_id
            ) = 1
                THEN value_at_risk_amount
        END AS line_value,
        CASE $whose WHEN 'open' THEN age_hours ELSE resolution_hours END AS hours
    FROM {exceptions}
    WHERE CASE $whose WHEN 'open' THEN is_open ELSE resolved_at IS NOT NULL END
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
