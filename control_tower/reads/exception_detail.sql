/* Grain: one row: the exception $exception_id with the file and line it came from. */
SELECT
    e.exception_id,
    e.source_system,
    e.type_title,
    e.type_code,
    e.category,
    e.local_code,
    e.severity,
    e.status,
    e.is_open,
    coalesce(site.name, regexp_replace(e.site_id, '^[^:]+:', '')) AS site,
    site.time_zone,
    coalesce(supplier.name, regexp_replace(e.supplier_id, '^[^:]+:', '')) AS supplier,
    coalesce(customer.name, regexp_replace(e.customer_id, '^[^:]+:', '')) AS customer,
    coalesce(team.name, regexp_replace(e.owner_team_id, '^[^:]+:', '')) AS team,
    e.owner_user_id,
    e.channel,
    e.order_id,
    e.order_line_id,
    e.detected_at,
    e.acknowledged_at,
    e.resolved_at,
    e.closed_at,
    e.sla_due_at,
    e.sla_breached,
    e.sla_basis,
    e.age_hours,
    e.resolution_hours,
    e.reopen_count,
    e.reassignment_count,
    e.is_time_suspect,
    e.value_at_risk_amount::DOUBLE AS value_at_risk_amount,
    e.evidence,
    e.note,
    ledger.file,
    e.file_line,
    ledger.load_id
FROM {exceptions} AS e
LEFT JOIN core_site AS site ON e.site_id = site.site_id
LEFT JOIN core_supplier AS supplier ON e.supplier_id = supplier.supplier_id
LEFT JOIN core_customer AS customer ON e.customer_id = customer.customer_id
LEFT JOIN core_team AS team ON e.owner_team_id = team.team_id
LEFT JOIN load_ledger AS ledger ON e.file_no = ledger.file_no
WHERE e.exception_id = $exception_id
LIMIT 1
