/* Grain: one row. How much the filter state selects; value in the reporting currency, once per order line,
   null when none is known. */
WITH affected AS (
    SELECT
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
    FROM {exceptions} AS x
    LEFT JOIN mart_order_line AS line
        ON CASE WHEN x.order_line_id IS NULL THEN x.order_id END = line.order_id
    WHERE x.is_open AND x.value_at_risk_amount IS NOT NULL
),
open_line AS (
    SELECT
        max(
            CASE
                WHEN line_of_order_id IS NULL THEN CAST(value_at_risk_amount AS DOUBLE)
                ELSE value_at_risk_amount * coalesce(line_amount / nullif(order_amount, 0), 1.0 / line_count)
            END
        ) AS line_value
    FROM affected
    GROUP BY money_key
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
