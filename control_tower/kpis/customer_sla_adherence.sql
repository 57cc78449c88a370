/* ---
number    = "K13"
title     = "Customer SLA adherence"
question  = "How many order lines left complete by the contractual due time?"
formula   = "lines with contractual due time in the period shipped complete by it / lines with contractual due time in the period"
grain     = "order_line"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Customer service"
needs     = ["mart_order_line.contract_due_at"]
--- */
SELECT
    order_line_id,
    contract_due_at AS measured_on,
    complete_ship_at IS NOT NULL AND complete_ship_at <= contract_due_at AS value,
    1 AS weight
FROM mart_order_line
WHERE contract_due_at <= as_of
