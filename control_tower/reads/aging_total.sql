/* Grain: one row. What is open now: how much, how late, what falls due within a day, its money once per order
   line, and how many ended in the last $days days (for the expected days to clear). */
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
