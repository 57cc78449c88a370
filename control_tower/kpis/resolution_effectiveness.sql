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
note      = "Mature only: resolved at least the recurrence days before the source's clock. Resolved before its detection: listed, not judged."
--- */
WITH moment AS ( -- at one instant detections come first: what is detected as something else is fixed is not its return
    SELECT
        recurrence_key,
        NULL AS exception_id,
        detected_at AS happened_at,
        0 AS turn,
        detected_at,
        NULL AS is_kept,
        NULL AS as_of
    FROM mart_exception
    UNION ALL
    SELECT
        recurrence_key,
        exception_id,
        resolved_at AS happened_at,
        1 AS turn,
        NULL AS detected_at,
        CASE WHEN resolved_at >= detected_at THEN reopened_at IS NULL AND reopen_count = 0 END AS is_kept,
        as_of
    FROM mart_exception
    WHERE resolved_at IS NOT NULL
),

awaited AS (
    SELECT
        exception_id,
        happened_at,
        is_kept,
        as_of,
        min(detected_at) OVER (
            PARTITION BY recurrence_key ORDER BY epoch_us(happened_at) * 4 + turn ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS next_detected_at
    FROM moment
)

SELECT
    exception_id,
    happened_at AS measured_on,
    CASE
        WHEN is_kept IS NOT NULL
            THEN
                is_kept
                AND coalesce(
                    epoch(next_detected_at) - epoch(happened_at) > 86400 * (
                        SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'recurrence_days'
                    ), true
                )
    END AS value,
    1 AS weight
FROM awaited
WHERE
    exception_id IS NOT NULL
    AND epoch(as_of) - epoch(happened_at) >= 86400 * (
        SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'recurrence_days'
    )
