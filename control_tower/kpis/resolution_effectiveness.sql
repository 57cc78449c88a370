/* ---
number    = "K25"
title     = "Resolution effectiveness"
question  = "How often does a fix hold?"
formula   = "exceptions resolved in the period, old enough to judge, that were not reopened and whose recurrence key did not come back within the recurrence days / those old enough to judge"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Process"
needs     = ["mart_exception.resolved_at"]
note      = "Mature only: resolved at least the recurrence days before the source's clock."
--- */
SELECT
    raised.exception_id,
    raised.resolved_at AS measured_on,
    raised.reopened_at IS NULL
    AND raised.reopen_count = 0
    AND NOT EXISTS (
        SELECT 1
        FROM mart_exception AS later
        WHERE
            later.recurrence_key = raised.recurrence_key
            AND later.exception_id != raised.exception_id
            AND later.detected_at > raised.resolved_at
            AND epoch(later.detected_at) - epoch(raised.resolved_at) <= 86400 * (
                SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'recurrence_days'
            )
    ) AS value,
    1 AS weight
FROM mart_exception AS raised
WHERE
    raised.resolved_at IS NOT NULL
    AND epoch(raised.as_of) - epoch(raised.resolved_at) >= 86400 * (
        SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'recurrence_days'
    )
