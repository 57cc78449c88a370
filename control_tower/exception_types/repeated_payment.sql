/* ---
title = "Invoice paid twice"
category = "finance"
default_severity = "standard"
owner_team = "Accounts payable"
sla_hours = 72
clears_when = "the invoice is credited"
suggested_actions = ["Ask the supplier for a refund or a credit", "Check whether two invoices carry the same reference", "Block the second run of the payment"]
version = 1
identity = ["payment_id"]
needs = ["core_event.business_event", "core_event_object"]
--- */
-- One row per payment that was executed more than once: from the second execution until its invoice is
-- credited. The magnitude is the number of executions beyond the first. Several payments of one invoice are
-- none of this: an invoice may be paid in parts, a payment is executed once.
WITH executed AS (
    SELECT DISTINCT
        event.source_system,
        relation.object_id AS payment_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'paid' AND relation.object_type = 'payment'
),

counted AS (
    SELECT
        source_system,
        payment_id,
        event_id,
        timestamp,
        row_number() OVER (PARTITION BY payment_id ORDER BY timestamp, event_no, event_id) AS execution_no,
        count(*) OVER (PARTITION BY payment_id) AS execution_count
    FROM executed
),

invoiced AS (
    SELECT
        relation.event_id,
        CASE WHEN count(DISTINCT relation.object_id) = 1 THEN min(relation.object_id) END AS invoice_id
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'paid' AND relation.object_type = 'invoice'
    GROUP BY relation.event_id
)

SELECT
    counted.source_system,
    counted.payment_id,
    invoiced.invoice_id,
    invoice.supplier_id,
    invoice.customer_id,
    counted.timestamp AS since,
    CASE WHEN invoice.credit_at >= counted.timestamp THEN invoice.credit_at END AS until,
    counted.event_id AS anchor_event_id,
    CAST(NULL AS VARCHAR) AS clear_event_id,
    counted.execution_count - 1 AS magnitude,
    (counted.execution_count - 1) * invoice.amount AS value_at_risk_amount,
    invoice.currency_code,
    concat(counted.payment_id, ' was executed ', CAST(counted.execution_count AS VARCHAR), ' times') AS evidence
FROM counted
LEFT JOIN invoiced ON counted.event_id = invoiced.event_id
LEFT JOIN core_invoice AS invoice ON invoiced.invoice_id = invoice.invoice_id
WHERE counted.execution_no = 2
