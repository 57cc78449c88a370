/* Grain: one row per exception type and site with something new in [since, until), the most new ones first.
   before = the same count in [before, since). Money counts once per order line, of what is open at until.
   Duplicates and false positives do not count (K01). Key null = the source does not say. */
WITH life AS (
    SELECT
        type_code,
        type_title,
        site_id,
        coalesce(order_line_id, exception_id) AS line_id,
        value_at_risk_amount,
        (detected_at >= $since AND detected_at < $until) AS is_new,
        (detected_at >= $before AND detected_at < $since) AS was_new,
        (detected_at < $until AND (ended_at IS NULL OR ended_at >= $until)) AS is_open_now
    FROM {exceptions}
    WHERE
        status NOT IN ('duplicate', 'false_positive')
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
),
line AS (
    SELECT
        type_code,
        site_id,
        max(value_at_risk_amount) AS line_value
    FROM life
    WHERE is_open_now
    GROUP BY type_code, site_id, line_id
),
money AS (
    SELECT
        type_code,
        site_id,
        sum(line_value)::DOUBLE AS open_value
    FROM line
    GROUP BY type_code, site_id
),
totals AS (
    SELECT
        type_code,
        any_value(type_title) AS type_title,
        site_id,
        count(line_id) FILTER (WHERE is_new) AS new_count,
        count(line_id) FILTER (WHERE was_new) AS before_count,
        count(line_id) FILTER (WHERE is_open_now) AS open_count
    FROM life
    GROUP BY type_code, site_id
)
SELECT
    totals.type_code,
    totals.type_title,
    totals.site_id,
    coalesce(site.name, regexp_replace(totals.site_id, '^[^:]+:', '')) AS site,
    totals.new_count,
    totals.before_count,
    totals.open_count,
    money.open_value,
    sum(totals.new_count) OVER ()::BIGINT AS new_total
FROM totals
LEFT JOIN money ON totals.type_code = money.type_code AND totals.site_id IS NOT DISTINCT FROM money.site_id
LEFT JOIN core_site AS site ON totals.site_id = site.site_id
WHERE totals.new_count > 0
ORDER BY totals.new_count DESC, money.open_value DESC NULLS LAST, totals.type_code, totals.site_id
LIMIT least($row_limit, 1000)
