/* Grain: one row per value that the dimension named by $dimension has in this build, most frequent first. */
WITH totals AS (
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
        count(exception_id) AS n
    FROM {exceptions}
    GROUP BY key
)
SELECT
    totals.key,
    coalesce(
        site.name, supplier.name, customer.name, team.name, ref_exception_type.title,
        regexp_replace(totals.key, '^[^:]+:', '')
    ) AS label,
    totals.n
FROM totals
LEFT JOIN core_site AS site ON $dimension = 'site_id' AND totals.key = site.site_id
LEFT JOIN core_supplier AS supplier ON $dimension = 'supplier_id' AND totals.key = supplier.supplier_id
LEFT JOIN core_customer AS customer ON $dimension = 'customer_id' AND totals.key = customer.customer_id
LEFT JOIN core_team AS team ON $dimension = 'owner_team_id' AND totals.key = team.team_id
LEFT JOIN ref_exception_type ON $dimension = 'type_code' AND totals.key = ref_exception_type.type_code
ORDER BY totals.n DESC, totals.key
LIMIT 300
