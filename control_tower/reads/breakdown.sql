/* Grain: one row per value of the dimension named by $dimension (an allow-listed word, never an identifier),
   the ones with most open, then most new exceptions first.
   Money counts once per order line. Key null = the source does not say. */
WITH scored AS (
    SELECT
        CASE $dimension
            WHEN 'source_system' THEN source_system
            WHEN 'category' THEN category
            WHEN 'type_code' THEN type_code
            WHEN 'severity' THEN severity
            WHEN 'status' THEN status
            WHEN 'site_id' THEN site_id
            WHEN 'supplier_id' THEN supplier_id
            WHEN 'customer_id' THEN customer_id
            WHEN 'owner_team_id' THEN owner_team_id
            WHEN 'channel' THEN channel
        END AS key,
        exception_id,
        detected_at,
        resolved_at,
        ended_at,
        sla_breached,
        (
            status IN ('duplicate', 'false_positive')
            OR coalesce(disposition, 'confirmed') IN ('duplicate', 'false_positive')
        ) AS is_void,
        coalesce(sla_due_at, ended_at, as_of) AS judged_at,
        least($until, as_of + INTERVAL 1 SECOND) AS known_until,
        (detected_at < $until AND (ended_at IS NULL OR ended_at >= $until)) AS is_open_now
    FROM {exceptions}
),
part AS (
    SELECT
        scored.key,
        money.money_key,
        max(money.amount) AS line_value
    FROM scored
    INNER JOIN mart_money_at_risk AS money ON scored.exception_id = money.exception_id
    WHERE scored.is_open_now
    GROUP BY scored.key, money.money_key
),
money AS (
    SELECT
        key,
        sum(line_value) AS open_value
    FROM part
    GROUP BY key
),
totals AS (
    SELECT
        key,
        count(detected_at) FILTER (WHERE is_open_now) AS open_count,
        count(detected_at) FILTER (WHERE NOT is_void AND detected_at >= $since AND detected_at < $until) AS new_count,
        count(detected_at) FILTER (WHERE resolved_at >= $since AND resolved_at < $until) AS resolved_count,
        count(detected_at) FILTER (
            WHERE sla_breached AND judged_at >= $since AND judged_at < known_until
        ) AS late_count,
        count(sla_breached) FILTER (WHERE judged_at >= $since AND judged_at < known_until) AS judged_count
    FROM scored
    GROUP BY key
)
SELECT
    totals.key,
    coalesce(
        site.name, supplier.name, customer.name, team.name, ref_exception_type.title,
        regexp_replace(totals.key, '^[^:]+:', '')
    ) AS label,
    totals.open_count,
    totals.new_count,
    totals.resolved_count,
    totals.late_count,
    totals.judged_count,
    money.open_value,
    count(totals.open_count) OVER () AS key_count,
    sum(totals.open_count) OVER ()::BIGINT AS open_total,
    sum(totals.new_count) OVER ()::BIGINT AS new_total,
    sum(money.open_value) OVER ()::DOUBLE AS value_total
FROM totals
LEFT JOIN money ON totals.key IS NOT DISTINCT FROM money.key
LEFT JOIN core_site AS site ON $dimension = 'site_id' AND totals.key = site.site_id
LEFT JOIN core_supplier AS supplier ON $dimension = 'supplier_id' AND totals.key = supplier.supplier_id
LEFT JOIN core_customer AS customer ON $dimension = 'customer_id' AND totals.key = customer.customer_id
LEFT JOIN core_team AS team ON $dimension = 'owner_team_id' AND totals.key = team.team_id
LEFT JOIN ref_exception_type ON $dimension = 'type_code' AND totals.key = ref_exception_type.type_code
WHERE totals.open_count + totals.new_count + totals.resolved_count > 0
ORDER BY totals.open_count DESC, totals.new_count DESC, totals.resolved_count DESC, totals.key
LIMIT least($row_limit, 1000)
