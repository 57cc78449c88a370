/* ---
title = "Payment overdue"
category = "finance"
default_severity = "informational"
owner_team = "Collections"
sla_hours = 168
clears_when = "the order or invoice is paid"
suggested_actions = ["Call the customer's accounts payable", "Check for a dispute or a deduction", "Ask Credit whether to hold new orders"]
version = 1
identity = ["order_id", "invoice_id"]
needs = ["core_event.business_event", "core_event_object"]
--- */
-- One row per receivable invoice unpaid after its due date and grace, and per order that was reminded to pay
-- and has no invoice with a due date of its own. The magnitude of a reminded order is its reminders, of an
-- invoice 1.
WITH reminded AS (
    SELECT DISTINCT
        event.source_system,
        relation.object_id AS order_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'payment_reminded' AND relation.object_type = 'order'
),

paid AS (
    SELECT DISTINCT
        relation.object_id AS order_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    INNER JOIN (SELECT DISTINCT order_id FROM reminded) AS late ON relation.object_id = late.order_id
    WHERE event.business_event = 'paid' AND relation.object_type = 'order'
),

paired AS (
    SELECT
        reminded.source_system,
        reminded.order_id,
        reminded.event_id,
        reminded.timestamp,
        reminded.event_no,
        paid.event_id AS clear_event_id,
        paid.timestamp AS cleared_at,
        row_number() OVER (
            PARTITION BY reminded.event_id, reminded.order_id ORDER BY paid.timestamp, paid.event_no, paid.event_id
        ) AS end_no
    FROM reminded
    LEFT JOIN paid
        ON
            reminded.order_id = paid.order_id
            AND (paid.timestamp > reminded.timestamp OR (paid.timestamp = reminded.timestamp AND paid.event_no > reminded.event_no))
),

run AS (
    SELECT
        source_system,
        order_id,
        event_id,
        timestamp,
        clear_event_id,
        cleared_at,
        row_number() OVER (PARTITION BY order_id, clear_event_id ORDER BY timestamp, event_no, event_id) AS reminder_no,
        count(*) OVER (PARTITION BY order_id, clear_event_id) AS reminder_count
    FROM paired
    WHERE end_no = 1
),

dated AS (
    SELECT DISTINCT order_id
    FROM core_invoice
    WHERE direction = 'receivable' AND due_date IS NOT NULL AND order_id IS NOT NULL
),

grace AS (
    SELECT CAST(max(value) AS INTEGER) AS days
    FROM policy_parameter
    WHERE name = 'payment_grace_days'
),

late AS (
    SELECT
        invoice.source_system,
        invoice.order_id,
        invoice.invoice_id,
        invoice.customer_id,
        invoice.due_date,
        invoice.paid_at,
        coalesce(invoice.amount, 0) - coalesce(invoice.credit_amount, 0) AS amount,
        invoice.currency_code,
        CAST(invoice.due_date + 1 + coalesce(grace.days, 0) AS TIMESTAMP) AS late_from
    FROM core_invoice AS invoice
    CROSS JOIN grace
    WHERE invoice.direction = 'receivable' AND invoice.due_date IS NOT NULL
)

SELECT
    run.source_system,
    run.order_id,
    CAST(NULL AS VARCHAR) AS invoice_id,
    booked.customer_id,
    run.timestamp AS since,
    run.cleared_at AS until,
    run.event_id AS anchor_event_id,
    run.clear_event_id,
    run.reminder_count AS magnitude,
    booked.order_amount AS value_at_risk_amount,
    booked.currency_code,
    concat(
        CAST(run.reminder_count AS VARCHAR), CASE WHEN run.reminder_count = 1 THEN ' reminder' ELSE ' reminders' END,
        CASE WHEN run.cleared_at IS NULL THEN ', not paid since' ELSE ' before it was paid' END
    ) AS evidence
FROM run
LEFT JOIN core_order AS booked ON run.order_id = booked.order_id
LEFT JOIN dated ON run.order_id = dated.order_id
WHERE run.reminder_no = 1 AND dated.order_id IS NULL
UNION ALL
SELECT
    late.source_system,
    late.order_id,
    late.invoice_id,
    late.customer_id,
    late.late_from AS since,
    late.paid_at AS until,
    CAST(NULL AS VARCHAR) AS anchor_event_id,
    CAST(NULL AS VARCHAR) AS clear_event_id,
    1 AS magnitude,
    late.amount AS value_at_risk_amount,
    late.currency_code,
    concat(
        'Due on ', CAST(late.due_date AS VARCHAR),
        CASE WHEN late.paid_at IS NULL THEN ', not paid' ELSE concat(', paid on ', CAST(CAST(late.paid_at AS DATE) AS VARCHAR)) END
    ) AS evidence
FROM late
INNER JOIN source_clock AS clock ON late.source_system = clock.source_system
WHERE late.amount > 0 AND (late.paid_at >= late.late_from OR (late.paid_at IS NULL AND clock.as_of >= late.late_from))
