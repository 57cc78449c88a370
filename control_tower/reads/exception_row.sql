/* Grain: one row per exception, one page of them. Open ones first; $sort = 'impact' (value at risk, severity,
   duration), 'longest', 'newest' or 'due'. hours = age of open ones, resolution time of resolved ones. */
SELECT
    e.exception_id,
    e.type_title,
    e.severity,
    e.status,
    e.is_open,
    coalesce(site.name, regexp_replace(e.site_id, '^[^:]+:', '')) AS site,
    coalesce(team.name, regexp_replace(e.owner_team_id, '^[^:]+:', '')) AS team,
    e.detected_at,
    CASE WHEN e.is_open THEN e.age_hours ELSE e.resolution_hours END AS hours,
    CASE e.sla_breached WHEN true THEN 'late' WHEN false THEN 'in time' ELSE 'unknown' END AS sla,
    e.value_at_risk_amount::DOUBLE AS value_at_risk_amount,
    regexp_replace(e.order_id, '^[^:]+:', '') AS order_ref,
    e.source_system
FROM {exceptions} AS e
LEFT JOIN core_site AS site ON e.site_id = site.site_id
LEFT JOIN core_team AS team ON e.owner_team_id = team.team_id
ORDER BY
    e.is_open DESC,
    CASE WHEN $sort = 'impact' THEN e.value_at_risk_amount END DESC NULLS LAST,
    CASE WHEN $sort = 'impact' THEN
        CASE e.severity WHEN 'critical' THEN 3 WHEN 'standard' THEN 2 ELSE 1 END
    END DESC NULLS LAST,
    CASE WHEN $sort = 'newest' THEN e.detected_at END DESC NULLS LAST,
    CASE WHEN $sort = 'due' THEN e.sla_due_at END ASC NULLS LAST,
    CASE WHEN e.is_open THEN e.age_hours ELSE e.resolution_hours END DESC NULLS LAST,
    e.exception_id
LIMIT least($row_limit, 1000) OFFSET $skip
