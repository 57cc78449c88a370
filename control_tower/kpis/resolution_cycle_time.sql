/* ---
number    = "K09"
title     = "Resolution cycle time"
question  = "How long does it take until an exception is fixed, counting those still open?"
formula   = "Kaplan-Meier median of (end - detected - paused) over exceptions detected in the period: resolved = observed, open = censored at its source's clock, closed or cancelled without a fix = censored then"
grain     = "exception"
aggregate = "survival"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception"]
--- */
SELECT
    exception_id,
    detected_at AS measured_on,
    CASE
        WHEN is_time_suspect THEN NULL
        WHEN epoch(coalesce(resolved_at, ended_at, as_of)) < epoch(detected_at) + paused_seconds THEN NULL
        ELSE (epoch(coalesce(resolved_at, ended_at, as_of)) - epoch(detected_at) - paused_seconds) / 3600.0
    END AS value,
    resolved_at IS NOT NULL AS weight,
    resolved_at IS NULL AND ended_at IS NOT NULL AS is_competing
FROM mart_exception
WHERE
    coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND status NOT IN ('duplicate', 'false_positive')
