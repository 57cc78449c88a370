/* ---
title = "Receipt late"
category = "supply"
default_severity = "standard"
owner_team = "Procurement"
sla_hours = 48
clears_when = "the last line of the purchase order is received"
suggested_actions = ["Ask the supplier for a firm date", "Re-promise the order lines that wait for it", "Look for stock at another site or supplier"]
version = 1
identity = ["purchase_order_id"]
needs = ["core_supply.promised_date"]
--- */
-- One row per purchase order whose last receipt came after the latest day the supplier promised for any of its
-- lines, or which is not fully received and that day is over. Receipts are those the order's lines state and
-- the receipt events of the order. The magnitude is the ordered quantity.
WITH grace AS (
    SELECT CAST(max(value) AS INTEGER) AS days
    FROM policy_parameter
    WHERE name = 'late_receipt_grace_days'
),

receipt AS (
    SELECT
        relation.object_id AS purchase_order_id,
        event.event_id,
        event.timestamp,
        row_number() OVER (
            PARTITION BY relation.object_id ORDER BY event.timestamp DESC, event.event_no DESC, event.event_id DESC
        ) AS from_last
    FROM core_event AS event
    INNER JOIN core_event_object AS relation ON event.event_id = relation.event_id
    WHERE event.business_event = 'receipt_posted' AND relation.object_type = 'purchase_order'
),

ordered AS (
    SELECT
        source_system,
        purchase_order_id,
        max(promised_date) AS promised_date,
        max(received_at) AS received_at,
        count(*) AS line_count,
        count(*) FILTER (WHERE received_qty >= ordered_qty) AS full_count,
        count(*) FILTER (WHERE received_qty IS NULL) AS uncounted,
        sum(ordered_qty) AS ordered_qty,
        sum(CAST(ordered_qty AS DECIMAL(38, 4)) * unit_cost) AS amount,
        CASE WHEN count(DISTINCT currency_code) = 1 THEN min(currency_code) END AS currency_code,
        CASE WHEN count(DISTINCT supplier_id) = 1 THEN min(supplier_id) END AS supplier_id,
        CASE WHEN count(DISTINCT site_id) = 1 THEN min(site_id) END AS site_id,
        CASE WHEN count(DISTINCT item_id) = 1 THEN min(item_id) END AS item_id
    FROM core_supply
    WHERE supply_type = 'purchase_order' AND purchase_order_id IS NOT NULL
    GROUP BY source_system, purchase_order_id
),

judged AS (
    SELECT
        ordered.source_system,
        ordered.purchase_order_id,
        ordered.supplier_id,
        ordered.site_id,
        ordered.item_id,
        ordered.promised_date,
        ordered.ordered_qty,
        ordered.amount,
        ordered.currency_code,
        receipt.event_id,
        receipt.timestamp AS receipt_event_at,
        CAST(ordered.promised_date + 1 + coalesce(grace.days, 0) AS TIMESTAMP) AS late_from,
        CASE
            WHEN receipt.timestamp >= coalesce(ordered.received_at, receipt.timestamp) THEN receipt.timestamp
            ELSE ordered.received_at
        END AS last_received_at,
        (
            ordered.full_count = ordered.line_count
            OR (ordered.uncounted > 0 AND ordered.full_count + ordered.uncounted = ordered.line_count
                AND (ordered.received_at IS NOT NULL OR receipt.timestamp IS NOT NULL))
        ) AS is_received
    FROM ordered
    CROSS JOIN grace
    LEFT JOIN receipt ON ordered.purchase_order_id = receipt.purchase_order_id AND receipt.from_last = 1
    WHERE ordered.promised_date IS NOT NULL
)

SELECT
    judged.source_system,
    judged.purchase_order_id,
    judged.supplier_id,
    judged.site_id,
    judged.item_id,
    judged.late_from AS since,
    CASE WHEN judged.is_received THEN judged.last_received_at END AS until,
    CAST(NULL AS VARCHAR) AS anchor_event_id,
    CASE WHEN judged.is_received AND judged.receipt_event_at = judged.last_received_at THEN judged.event_id END AS clear_event_id,
    judged.ordered_qty AS magnitude,
    judged.amount AS value_at_risk_amount,
    judged.currency_code,
    concat(
        'Purchase order ', judged.purchase_order_id, ' promised for ', CAST(judged.promised_date AS VARCHAR),
        CASE
            WHEN judged.is_received THEN concat(', last received on ', CAST(CAST(judged.last_received_at AS DATE) AS VARCHAR))
            ELSE ', not fully received'
        END
    ) AS evidence
FROM judged
INNER JOIN source_clock AS clock ON judged.source_system = clock.source_system
WHERE
    (judged.is_received AND judged.last_received_at >= judged.late_from)
    OR (NOT judged.is_received AND clock.as_of >= judged.late_from)
