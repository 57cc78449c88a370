/* Grain: one row. How much the filter state selects; value in the reporting currency, once per order line,
   null when none is known. */
WITH open_line AS (
    SELECT max(money.amount) AS line_value
    FROM {exceptions} AS x
    INNER JOIN mart_money_at_risk AS money ON x.exception_id = money.exception_id
    WHERE x.is_open
    GROUP BY money.money_key
)
SELECT
    count(exception_id) AS n,
    count(exception_id) FILTER (WHERE is_open) AS open_count,
    count(exception_id) FILTER (WHERE sla_breached) AS late_count,
    count(sla_breached) AS sla_known_count,
    count(exception_id) FILTER (WHERE is_open AND sla_breached) AS open_late_count,
    count(sla_breached) FILTER (WHERE is_open) AS open_sla_known_count,
    (SELECT sum(line_value)::DOUBLE FROM open_line) AS open_value,
    count(value_at_risk_amount) AS value_known_count,
    max(age_hours) FILTER (WHERE is_open) AS oldest_hours,
    median(resolution_hours) AS closed_only_median_hours,
    count(resolution_hours) AS resolved_count,
    count(exception_id) FILTER (WHERE is_time_suspect) AS suspect_count
FROM {exceptions}
LIMIT 1
