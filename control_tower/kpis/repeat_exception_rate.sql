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
WITH moment AS ( -- at one instant: fixes (0), then detections (1), then fixes that took no time (2), which are nobody's past
    SELECT
        recurrence_key,
        CASE
            WHEN coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
                AND status NOT IN ('duplicate', 'false_positive')
                THEN exception_id
        END AS exception_id,
        detected_at AS happened_at,
        1 AS turn,
        CAST(NULL AS TIMESTAMP) AS resolved_at
    FROM mart_exception
    UNION ALL
    SELECT
        recurrence_key,
        NULL AS exception_id,
        greatest(resolved_at, detected_at) AS happened_at,
        CASE WHEN resolved_at > detected_at THEN 0 ELSE 2 END AS turn,
        resolved_at
    FROM mart_exception
    WHERE resolved_at IS NOT NULL
),

remembered AS (
    SELECT
        exception_id,
        happened_at,
        max(resolved_at) OVER (
            PARTITION BY recurrence_key ORDER BY epoch_us(happened_at) * 4 + turn ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS last_resolved_at
    FROM moment
)

SELECT
    exception_id,
    happened_at AS measured_on,
    coalesce(
        epoch(happened_at) - epoch(last_resolved_at) <= 86400 * (
            SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'recurrence_days'
        ), false
    ) AS value,
    1 AS weight
FROM remembered
WHERE exception_id IS NOT NULL
