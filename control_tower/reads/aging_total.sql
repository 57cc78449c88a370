/* Grain: one row. What is open now: how much, how late, what falls due within a day, its money once per order
   line, and how many ended in the last $days days (for the expected days to clear). */
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
    count(exception_id) FILTER (WHERE is_open AND sla_breached) AS late_count,
    count(sla_breached) FILTER (WHERE is_open) AS sla_known_count,
    count(exception_id) FILTER (
        WHERE is_open AND sla_due_at > as_of AND sla_due_at <= as_of + INTERVAL 1 DAY
    ) AS due_next_count,
    count(sla_due_at) FILTER (WHERE is_open) AS due_known_count,
    count(value_at_risk_amount) FILTER (WHERE is_open) AS value_known_count,
    (SELECT sum(line_value)::DOUBLE FROM open_line) AS open_value,
    max(age_hours) AS oldest_hours,
    median(age_hours) AS median_age_hours,
    count(exception_id) FILTER (
        WHERE ended_at > as_of - to_days(CAST($days AS INTEGER)) AND ended_at <= as_of
    ) AS ended_count,
    count(exception_id) FILTER (
        WHERE detected_at > as_of - to_days(CAST($days AS INTEGER)) AND detected_at <= as_of
    ) AS arrived_count
FROM {exceptions}
LIMIT 1
