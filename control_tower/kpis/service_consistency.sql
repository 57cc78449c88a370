/* ---
number    = "K27"
title     = "Service consistency"
question  = "Is the same problem of the same kind of customer always solved the same way?"
formula   = "per type x tier of exceptions resolved in the period: 1 - H(resolution)/ln(resolutions), H = Shannon entropy; weighted by exceptions"
grain     = "exception"
aggregate = "derived"
unit      = "ratio"
better    = "higher"
owner     = "Process"
needs     = ["mart_exception.resolution_code"]
function  = "entropy"
note      = "1 = always the same resolution, 0 = every resolution equally often. A type and tier with one exception says nothing and is left out."
--- */
SELECT
    exception_id,
    resolved_at AS measured_on,
    CASE WHEN resolution_code IS NOT NULL THEN 1 END AS value,
    1 AS weight,
    resolution_code AS part,
    concat_ws(' | ', type_code, coalesce(customer_tier, '-')) AS stratum
FROM mart_exception
WHERE resolved_at IS NOT NULL
