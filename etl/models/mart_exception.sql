/* Grain: one row per exception, with everything a filter or a KPI needs. Times are judged against the
   exception's own source clock (ruling 7); open = detected and not ended at that clock (ruling 5). The SLA is
   kept by a resolution alone (K12): an exception closed without one is late from its due time on. An exception
   of a line belongs to the line's order. Detected, resolved and closed are its own system's; owner, acknowledgement,
   pauses and disposition are the tower's where somebody works it there (ruling 5). */
WITH timed AS (
    SELECT
        e.exception_id,
        c.as_of,
        x.ended_at,
        coalesce(
            e.sla_due_at,
            CASE WHEN e.sla_breached IS NULL THEN e.detected_at + CAST(t.sla_hours * 3600 AS BIGINT) * INTERVAL 1 SECOND END
        ) AS sla_due_at,
        (
            coalesce(x.ended_at < e.detected_at, false) OR coalesce(e.resolved_at < e.detected_at, false)
            OR coalesce(e.detected_at > c.as_of, false) OR coalesce(x.ended_at > c.as_of, false)
        ) AS is_time_suspect
    FROM core_exception AS e
    LEFT JOIN source_clock AS c ON c.source_system = e.source_system
    LEFT JOIN _exception_end AS x ON x.exception_id = e.exception_id
    LEFT JOIN ref_exception_type AS t ON t.type_code = e.type_code
)
SELECT
    e.exception_id,
    e.source_system,
    e.type_code,
    coalesce(t.title, e.type_code) AS type_title,
    coalesce(t.category, 'unmapped') AS category,
    e.local_code,
    coalesce(e.severity, t.default_severity, 'standard') AS severity,
    e.status,
    e.site_id,
    e.supplier_id,
    e.customer_id,
    cu.tier AS customer_tier,
    cu.segment,
    e.item_id,
    i.product_family,
    e.carrier_id,
    coalesce(e.order_id, ol.order_id) AS order_id,
    e.order_line_id,
    e.shipment_id,
    e.invoice_id,
    coalesce(w.owner_team_id, e.owner_team_id, t.owner_function) AS owner_team_id,
    coalesce(w.owner_user_id, e.owner_user_id) AS owner_user_id,
    tm.department,
    coalesce(e.channel, o.channel) AS channel,
    o.fulfilment_channel,
    coalesce(e.business_unit, o.business_unit, cu.business_unit) AS business_unit,
    e.process_step,
    e.business_rule_id,
    e.root_cause_code,
    e.resolution_code,
    coalesce(
        e.recurrence_key,
        e.type_code || '|' || coalesce(e.customer_id, '') || '|' || coalesce(e.item_id, '') || '|'
        || coalesce(e.site_id, '') || '|' || coalesce(e.supplier_id, '')
    ) AS recurrence_key,
    e.parent_exception_id,
    e.detector_id,
    e.detected_by,
    coalesce(w.disposition, e.disposition) AS disposition,
    e.detected_at,
    least(e.acknowledged_at, w.acknowledged_at) AS acknowledged_at,
    e.escalated_at,
    e.resolved_at,
    e.closed_at,
    e.cancelled_at,
    e.reopened_at,
    d.ended_at,
    coalesce(e.reopen_count, 0) AS reopen_count,
    e.reassignment_count,
    coalesce(e.paused_seconds, 0) + coalesce(w.paused_seconds, 0) AS paused_seconds,
    e.ack_due_at,
    e.decide_due_at,
    d.sla_due_at,
    CASE
        WHEN d.sla_due_at IS NOT NULL THEN coalesce(e.resolved_at, d.as_of) > d.sla_due_at
        ELSE e.sla_breached
    END AS sla_breached,
    CASE
        WHEN d.sla_due_at IS NOT NULL THEN 'due_time'
        WHEN e.sla_breached IS NOT NULL THEN 'source_flag'
    END AS sla_basis,
    (coalesce(e.detected_at <= d.as_of, true) AND (d.ended_at IS NULL OR coalesce(d.ended_at > d.as_of, false))) AS is_open,
    coalesce(e.is_preventable, t.is_preventable) AS is_preventable,
    coalesce(e.blocks_line, t.blocks_line) AS blocks_line,
    CASE
        WHEN NOT d.is_time_suspect AND d.ended_at IS NULL THEN (epoch(d.as_of) - epoch(e.detected_at)) / 3600
    END AS age_hours,
    CASE
        WHEN NOT d.is_time_suspect AND e.resolved_at IS NOT NULL
            THEN (epoch(e.resolved_at) - epoch(e.detected_at) - coalesce(e.paused_seconds, 0) - coalesce(w.paused_seconds, 0)) / 3600
    END AS resolution_hours,
    d.is_time_suspect,
    e.magnitude,
    TRY_CAST(CAST(e.value_at_risk_amount AS DECIMAL(38, 4)) * r.rate AS DECIMAL(18, 4)) AS value_at_risk_amount,
    e.evidence,
    e.note,
    d.as_of,
    e.file_no,
    e.file_line
FROM core_exception AS e
JOIN timed AS d ON d.exception_id = e.exception_id
LEFT JOIN core_exception_case AS w ON w.exception_id = e.exception_id
LEFT JOIN ref_exception_type AS t ON t.type_code = e.type_code
LEFT JOIN core_customer AS cu ON cu.customer_id = e.customer_id
LEFT JOIN core_item AS i ON i.item_id = e.item_id
LEFT JOIN core_order_line AS ol ON ol.order_line_id = e.order_line_id
LEFT JOIN core_order AS o ON o.order_id = coalesce(e.order_id, ol.order_id)
LEFT JOIN core_team AS tm ON tm.team_id = coalesce(w.owner_team_id, e.owner_team_id)
LEFT JOIN _currency_rate AS r ON r.currency_code = e.currency_code AND r.rate_date = CAST(e.detected_at AS DATE)
