/* Grain: one row per exception that the filter state selects, in the order of the table; a file for download,
   never shown in a page. At most 200,000 rows: what is cut is said beside the button. */
SELECT
    e.exception_id,
    e.source_system,
    e.type_code,
    e.type_title,
    e.category,
    e.severity,
    e.status,
    e.is_open,
    e.site_id,
    e.supplier_id,
    e.customer_id,
    e.owner_team_id,
    e.channel,
    e.order_id,
    e.order_line_id,
    e.detected_at,
    e.resolved_at,
    e.closed_at,
    e.sla_due_at,
    e.sla_breached,
    e.sla_basis,
    e.age_hours,
    e.resolution_hours,
    e.value_at_risk_amount::DOUBLE AS value_at_risk_amount,
    e.evidence,
    e.note
FROM {exceptions} AS e
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
LIMIT least($row_limit, 200000)
