/* ---
number    = "K28"
title     = "Customer escalations"
question  = "How often do customers escalate a complaint?"
formula   = "count of customer escalations in the period"
grain     = "customer_escalation"
aggregate = "sum"
unit      = "count"
better    = "lower"
owner     = "Customer service"
needs     = ["core_customer_escalation"]
--- */
SELECT
    customer_escalation_id,
    escalated_at AS measured_on,
    1 AS value,
    1 AS weight,
    source_system,
    customer_id
FROM core_customer_escalation
