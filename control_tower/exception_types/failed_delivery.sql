/* ---
title = "Delivery failed"
category = "fulfilment"
default_severity = "standard"
owner_team = "Transport"
sla_hours = 24
clears_when = "the shipment is delivered"
suggested_actions = ["Confirm address and hours with the customer", "Book a new delivery slot", "Change the carrier after a second failure"]
version = 1
identity = ["shipment_id"]
needs = ["core_event.business_event", "core_event_object"]
--- */
-- One row per shipment and run of failed deliveries: from the first failure until it is delivered. The
-- magnitude is the number of failures.
WITH failed AS (
    SELECT DISTINCT
        event.source_system,
        relation.object_id AS shipment_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'delivery_failed' AND relation.object_type = 'shipment'
),

delivered AS (
    SELECT DISTINCT
        relation.object_id AS shipment_id,
        event.event_id,
        event.timestamp,
        event.event_no
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'delivered' AND relation.object_type = 'shipment'
),

paired AS (
    SELECT
        failed.source_system,
        failed.shipment_id,
        failed.event_id,
        failed.timestamp,
        failed.event_no,
        delivered.event_id AS clear_event_id,
        delivered.timestamp AS cleared_at,
        row_number() OVER (
            PARTITION BY failed.event_id, failed.shipment_id
            ORDER BY delivered.timestamp, delivered.event_no, delivered.event_id
        ) AS end_no
    FROM failed
    LEFT JOIN delivered
        ON
            failed.shipment_id = delivered.shipment_id
            AND (
                delivered.timestamp > failed.timestamp
                OR (delivered.timestamp = failed.timestamp AND delivered.event_no > failed.event_no)
            )
),

run AS (
    SELECT
        source_system,
        shipment_id,
        event_id,
        timestamp,
        clear_event_id,
        cleared_at,
        row_number() OVER (
            PARTITION BY shipment_id, clear_event_id ORDER BY timestamp, event_no, event_id
        ) AS failure_no,
        count(*) OVER (PARTITION BY shipment_id, clear_event_id) AS failure_count
    FROM paired
    WHERE end_no = 1
),

content AS (
    SELECT
        packed.shipment_id,
        sum(CAST(packed.shipped_qty AS DECIMAL(38, 4)) * line.unit_price) AS amount,
        CASE WHEN count(DISTINCT line.currency_code) = 1 THEN min(line.currency_code) END AS currency_code
    FROM core_shipment_line AS packed
    INNER JOIN core_order_line AS line ON packed.order_line_id = line.order_line_id
    GROUP BY packed.shipment_id
)

SELECT
    run.source_system,
    run.shipment_id,
    shipment.order_id,
    shipment.customer_id,
    shipment.site_id,
    shipment.carrier_id,
    run.timestamp AS since,
    run.cleared_at AS until,
    run.event_id AS anchor_event_id,
    run.clear_event_id,
    run.failure_count AS magnitude,
    content.amount AS value_at_risk_amount,
    content.currency_code,
    concat(
        CAST(run.failure_count AS VARCHAR), CASE WHEN run.failure_count = 1 THEN ' failed delivery' ELSE ' failed deliveries' END,
        CASE WHEN run.cleared_at IS NULL THEN ', not delivered since' ELSE ' before it was delivered' END
    ) AS evidence
FROM run
LEFT JOIN core_shipment AS shipment ON run.shipment_id = shipment.shipment_id
LEFT JOIN content ON run.shipment_id = content.shipment_id
WHERE run.failure_no = 1
