/* Grain: one row. The figures of the period [since, until) and, with suffix _before, of [before, since).
   New (K01) leaves out duplicates and false positives, counted beside it; unresolved = ended without a fix.
   Open at T: detected before T and not ended before T. An exception is judged by its SLA at its due time or,
   where the source only states a flag, when it ends (ruling 6); due times after the clock are not judged yet.
   Money counts once per order line (the largest of its exceptions); an exception of a whole order is spread
   over its lines by their amount, as the figure value_at_risk says. Suspect times have no age. */
WITH life AS (
    SELECT
        exception_id,
        order_line_id,
        order_id,
        invoice_id,
        shipment_id,
        is_time_suspect,
        detected_at,
        resolved_at,
        ended_at,
        as_of,
        sla_breached AS is_late,
        sla_basis,
        (
            status IN ('duplicate', 'false_positive')
            OR coalesce(disposition, 'confirmed') IN ('duplicate', 'false_positive')
        ) AS is_void,
        (resolved_at IS NULL OR resolved_at > ended_at) AS is_unresolved,
        coalesce(sla_due_at, ended_at, as_of) AS judged_at,
        value_at_risk_amount,
        (detected_at < $until AND (ended_at IS NULL OR ended_at >= $until)) AS is_open_now,
        (detected_at < $since AND (ended_at IS NULL OR ended_at >= $since)) AS was_open_before
    FROM {exceptions}
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
    FROM life AS x
    LEFT JOIN mart_order_line AS line
        ON CASE WHEN x.order_line_id IS NULL THEN x.order_id END = line.order_id
    WHERE x.is_open_now AND x.value_at_risk_amount IS NOT NULL
),
open_money AS (
    SELECT
        max(
            CASE
                WHEN line_of_order_id IS NULL THEN CAST(value_at_risk_amount AS DOUBLE)
                ELSE value_at_risk_amount * coalesce(line_amount / nullif(order_amount, 0), 1.0 / line_count)
            END
        ) AS amount
    FROM affected
    GROUP BY money_key
)
SELECT
    count(detected_at) AS all_count,
    count(detected_at) FILTER (WHERE is_open_now) AS open_count,
    count(detected_at) FILTER (WHERE was_open_before) AS open_before,
    count(detected_at) FILTER (WHERE NOT is_void AND detected_at >= $since AND detected_at < $until) AS new_count,
    count(detected_at) FILTER (WHERE NOT is_void AND detected_at >= $before AND detected_at < $since) AS new_before,
    count(detected_at) FILTER (WHERE is_void AND detected_at >= $since AND detected_at < $until) AS void_count,
    count(detected_at) FILTER (WHERE is_unresolved AND ended_at >= $since AND ended_at < $until) AS unresolved_count,
    count(detected_at) FILTER (WHERE resolved_at >= $since AND resolved_at < $until) AS resolved_count,
    count(detected_at) FILTER (WHERE resolved_at >= $before AND resolved_at < $since) AS resolved_before,
    count(detected_at) FILTER (
        WHERE is_late AND judged_at >= $since AND judged_at < least($until, as_of + INTERVAL 1 SECOND)
    ) AS late_count,
    count(is_late) FILTER (
        WHERE judged_at >= $since AND judged_at < least($until, as_of + INTERVAL 1 SECOND)
    ) AS judged_count,
    count(detected_at) FILTER (WHERE is_late AND judged_at >= $before AND judged_at < $since) AS late_before,
    count(is_late) FILTER (WHERE judged_at >= $before AND judged_at < $since) AS judged_before,
    count(detected_at) FILTER (WHERE is_open_now AND is_late) AS open_late_count,
    count(is_late) AS sla_known_count,
    count(is_late) FILTER (WHERE sla_basis = 'source_flag') AS sla_flag_count,
    max(epoch(least(as_of, $until)) - epoch(detected_at)) FILTER (WHERE is_open_now AND NOT is_time_suspect)
    / 3600.0 AS oldest_hours,
    max(epoch($since) - epoch(detected_at)) FILTER (WHERE was_open_before AND NOT is_time_suspect)
    / 3600.0 AS oldest_hours_before,
    count(detected_at) FILTER (WHERE is_open_now AND is_time_suspect) AS open_suspect_count,
    (SELECT sum(amount) FROM open_money) AS open_value,
    count(value_at_risk_amount) AS value_known_count
FROM life
LIMIT 1
