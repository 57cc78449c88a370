/* ---
number    = "K53"
title     = "Business-unit variance"
question  = "Is a business unit late more often than its mix of exceptions explains?"
formula   = "of exceptions due in the period: late ones of a unit / those expected from the rates of its types x severities x tiers in all units; the unit furthest above, all units with funnel limits in the detail"
grain     = "exception"
aggregate = "derived"
unit      = "ratio"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.business_unit", "mart_exception.sla_breached"]
function  = "observed_to_expected"
note      = "1 = as its mix predicts. Outside its funnel limits a unit has a cause of its own. Split by another dimension it compares that dimension's values."
--- */
SELECT
    exception_id,
    coalesce(sla_due_at, ended_at, as_of) AS measured_on,
    sla_breached AS value,
    1 AS weight,
    business_unit AS part,
    concat_ws(' | ', type_code, severity, coalesce(customer_tier, '-')) AS stratum
FROM mart_exception
WHERE
    (
        sla_due_at <= as_of
        OR (sla_due_at IS NULL AND sla_breached IS NOT NULL)
    )
    AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND status NOT IN ('duplicate', 'false_positive')
