-- One row per ticket, as its newest version says.
SELECT
    ticket_no AS exception_id,
    reason AS local_code,
    state AS local_status,
    priority AS local_severity,
    depot AS site_id,
    customer AS customer_id,
    opened_at AS detected_at,
    solved_at AS resolved_at,
    due_at AS sla_due_at,
    amount AS value_at_risk_amount,
    'EUR' AS currency_code,
    'person' AS detected_by,
    file_no,
    file_line
FROM raw_depot_desk__ticket
