/* ---
number    = "K52"
title     = "Root-cause trend"
question  = "Is the trouble growing, whatever the number of orders?"
formula   = "slope per week of 1000 x exceptions detected / orders booked, over whole weeks of the period, with its 95 % interval; by root cause when split so"
grain     = "subject"
aggregate = "derived"
unit      = "per_1000"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception", "core_order.order_at"]
function  = "weekly_slope"
note      = "Per 1,000 orders and week. A week without orders has no rate."
--- */
SELECT
    'exception ' || exception_id AS subject_id,
    detected_at AS measured_on,
    1 AS value,
    0 AS weight,
    source_system,
    site_id,
    channel,
    category,
    type_code,
    severity,
    root_cause_code,
    process_step,
    supplier_id
FROM mart_exception
WHERE
    coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND status NOT IN ('duplicate', 'false_positive')
UNION ALL
SELECT
    'order ' || order_id AS subject_id,
    order_at AS measured_on,
    0 AS value,
    1 AS weight,
    source_system,
    site_id,
    channel,
    '*' AS category,
    '*' AS type_code,
    '*' AS severity,
    '*' AS root_cause_code,
    '*' AS process_step,
    '*' AS supplier_id
FROM core_order
WHERE order_at IS NOT NULL
