/* ---
title = "Approval delegated"
category = "supply"
default_severity = "informational"
owner_team = "Procurement"
sla_hours = 72
clears_when = "the document is approved or rejected, or its next step is taken"
suggested_actions = ["Ask the delegate to decide", "Check the approver's stand-in and limits"]
version = 1
identity = ["document_id"]
needs = ["core_event.business_event", "core_event_object"]
--- */
-- One row per delegation of an approval: from the delegation until the document is decided or moves on, which
-- it cannot before somebody decided, whether the log shows that or not. Asking or delegating again ends
-- nothing. The document is the most specific one the event names; a delegation that names none is not caught.
WITH named AS (
    SELECT
        event.source_system,
        event.event_id,
        event.timestamp,
        event.event_no,
        event.resource,
        relation.object_id AS document_id,
        relation.object_type,
        row_number() OVER (
            PARTITION BY event.event_id
            ORDER BY
                CASE relation.object_type
                    WHEN 'purchase_requisition' THEN 1
                    WHEN 'quotation' THEN 2
                    WHEN 'purchase_order' THEN 3
                    WHEN 'invoice' THEN 4
                    WHEN 'order' THEN 5
                    ELSE 6
                END,
                relation.object_id
        ) AS choice_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE
        event.business_event = 'approval_delegated'
        AND relation.object_type IN ('purchase_requisition', 'quotation', 'purchase_order', 'invoice', 'order', 'exception')
),

touched AS (
    SELECT DISTINCT
        relation.object_id AS document_id,
        relation.event_id
    FROM core_event_object AS relation
    INNER JOIN (SELECT DISTINCT document_id FROM named) AS delegated ON relation.object_id = delegated.document_id
),

decided AS (
    SELECT
        touched.document_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM touched
    INNER JOIN core_event AS event ON touched.event_id = event.event_id
    WHERE
        (event.business_event IS NULL OR event.business_event NOT IN ('approval_requested', 'approval_delegated'))
),

paired AS (
    SELECT
        named.source_system,
        named.event_id,
        named.timestamp,
        named.resource,
        named.document_id,
        named.object_type,
        decided.event_id AS clear_event_id,
        decided.timestamp AS cleared_at,
        row_number() OVER (
            PARTITION BY named.event_id ORDER BY decided.timestamp, decided.event_no, decided.event_id
        ) AS end_no
    FROM named
    LEFT JOIN decided
        ON
            named.document_id = decided.document_id
            AND (decided.timestamp > named.timestamp OR (decided.timestamp = named.timestamp AND decided.event_no > named.event_no))
    WHERE named.choice_no = 1
)

SELECT
    source_system,
    document_id,
    CASE WHEN object_type = 'order' THEN document_id END AS order_id,
    CASE WHEN object_type = 'invoice' THEN document_id END AS invoice_id,
    timestamp AS since,
    cleared_at AS until,
    event_id AS anchor_event_id,
    clear_event_id,
    1 AS magnitude,
    CAST(NULL AS DECIMAL(18, 4)) AS value_at_risk_amount,
    CAST(NULL AS VARCHAR) AS currency_code,
    concat(
        'Approval of ', document_id, ' was delegated', CASE WHEN resource IS NULL THEN '' ELSE concat(' by ', resource) END,
        CASE WHEN cleared_at IS NULL THEN '; nothing happened to it since' ELSE '' END
    ) AS evidence
FROM paired
WHERE end_no = 1
