/* Grain: one row per milestone of the exception $exception_id: of its record, its line or order, their shipments and
   invoices; planned_at and actual_at, either may be unknown. A planned day counts until its end. */
WITH own AS (
    SELECT
        e.exception_id,
        e.order_id,
        e.order_line_id,
        e.shipment_id,
        e.invoice_id,
        e.detected_at,
        e.acknowledged_at,
        e.ack_due_at,
        e.escalated_at,
        e.resolved_at,
        e.sla_due_at,
        e.closed_at
    FROM {exceptions} AS e
    WHERE e.exception_id = $exception_id
),
line AS (
    SELECT
        min(l.order_at) AS order_at,
        min(l.released_at) AS released_at,
        min(l.backordered_at) AS backordered_at,
        min(l.promise_date) AS promise_date,
        max(l.projected_date) AS projected_date,
        CASE WHEN count(l.order_line_id) = count(l.complete_ship_at) THEN max(l.complete_ship_at) END AS shipped_at,
        min(l.requested_date) AS requested_date,
        CASE WHEN count(l.order_line_id) = count(l.delivered_at) THEN max(l.delivered_at) END AS delivered_at
    FROM own
    INNER JOIN mart_order_line AS l
        ON l.order_line_id = own.order_line_id OR (own.order_line_id IS NULL AND l.order_id = own.order_id)
),
milestone AS (
    SELECT 1 AS part, 'Exception detected' AS milestone, NULL::TIMESTAMP AS planned_at, detected_at AS actual_at FROM own
    UNION ALL
    SELECT 2, 'Acknowledged', ack_due_at, acknowledged_at FROM own
    UNION ALL
    SELECT 3, 'Escalated', NULL, escalated_at FROM own
    UNION ALL
    SELECT 4, 'Resolved', sla_due_at, resolved_at FROM own
    UNION ALL
    SELECT 5, 'Closed', NULL, closed_at FROM own
    UNION ALL
    SELECT 6, 'Ordered', NULL, order_at FROM line
    UNION ALL
    SELECT 7, 'Put on backorder', NULL, backordered_at FROM line
    UNION ALL
    SELECT 8, 'Released to the warehouse', NULL, released_at FROM line
    UNION ALL
    SELECT 9, 'Fully shipped (promise)', promise_date + INTERVAL 1 DAY, shipped_at FROM line
    UNION ALL
    SELECT 10, 'Delivered (customer asked)', requested_date + INTERVAL 1 DAY, delivered_at FROM line
    UNION ALL
    SELECT 11, 'Shipment left', s.planned_ship_at, s.shipped_at
    FROM own INNER JOIN core_shipment AS s ON s.shipment_id = own.shipment_id OR s.order_id = own.order_id
    UNION ALL
    SELECT 12, 'Shipment delivered', s.planned_delivery_at, s.delivered_at
    FROM own INNER JOIN core_shipment AS s ON s.shipment_id = own.shipment_id OR s.order_id = own.order_id
    UNION ALL
    SELECT 13, 'Invoice posted', i.billable_at, i.posted_at
    FROM own INNER JOIN core_invoice AS i ON i.invoice_id = own.invoice_id OR i.order_id = own.order_id
    UNION ALL
    SELECT 14, 'Invoice paid', i.due_date + INTERVAL 1 DAY, i.paid_at
    FROM own INNER JOIN core_invoice AS i ON i.invoice_id = own.invoice_id OR i.order_id = own.order_id
)
SELECT
    milestone,
    planned_at,
    actual_at
FROM milestone
WHERE planned_at IS NOT NULL OR actual_at IS NOT NULL
ORDER BY coalesce(actual_at, planned_at), part
LIMIT 60
