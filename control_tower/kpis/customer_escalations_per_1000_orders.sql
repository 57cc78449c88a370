/* ---
number    = "K28"
title     = "Customer escalations per 1,000 orders"
question  = "How often do customers escalate, measured against the orders they place?"
formula   = "1,000 x customer escalations in the period / orders booked in the period"
grain     = "case"
aggregate = "ratio"
unit      = "per_1000"
better    = "lower"
owner     = "Customer service"
needs     = ["core_customer_escalation", "core_order.order_at"]
--- */
SELECT
    'escalation ' || customer_escalation_id AS case_id,
    escalated_at AS measured_on,
    1 AS value,
    0 AS weight,
    source_system,
    customer_id
FROM core_customer_escalation
UNION ALL
SELECT
    'order ' || order_id AS case_id,
    order_at AS measured_on,
    0 AS value,
    1 AS weight,
    source_system,
    customer_id
FROM core_order
