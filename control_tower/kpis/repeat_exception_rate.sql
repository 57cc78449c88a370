/* ---
number    = "K05"
title     = "Repeat exceptions"
question  = "How often does a problem come back that we had fixed?"
formula   = "exceptions detected in the period with an earlier one of the same recurrence key resolved within the recurrence days before / exceptions detected in the period"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.recurrence_key"]
--- */
SELECT
    raised.exception_id,
    raised.detected_at AS measured_on,
    EXISTS (
        SELECT 1
        FROM mart_exception AS earlier
        WHERE
            earlier.recurrence_key = raised.recurrence_key
            AND earlier.exception_id != raised.exception_id
            AND earlier.detected_at < raised.detected_at
            AND earlier.resolved_at <= raised.detected_at
            AND epoch(raised.detected_at) - epoch(earlier.resolved_at) <= 86400 * (
                SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'recurrence_days'
            )
    ) AS value,
    1 AS weight
FROM mart_exception AS raised
WHERE
    coalesce(raised.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND raised.status NOT IN ('duplicate', 'false_positive')
