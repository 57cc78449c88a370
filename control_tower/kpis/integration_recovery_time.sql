/* ---
number    = "K20"
title     = "Integration recovery time"
question  = "How long does it take until a failed message gets through?"
formula   = "Kaplan-Meier median of (recovered - first failure) per correlation id, by the first failure; not recovered = censored at the source's clock"
grain     = "correlation"
aggregate = "survival"
unit      = "minutes"
better    = "lower"
owner     = "Integration"
needs     = ["core_integration_message.correlation_id"]
--- */
WITH failed AS (
    SELECT
        correlation_id,
        min(sent_at) AS first_failed_at,
        min(recovered_at) AS stated_recovery_at,
        min(source_system) AS source_system,
        min(interface_id) AS interface_id
    FROM core_integration_message
    WHERE
        correlation_id IS NOT NULL
        AND status != 'ok'
    GROUP BY correlation_id
),

ended AS (
    SELECT
        failed.correlation_id,
        failed.first_failed_at,
        failed.source_system,
        failed.interface_id,
        coalesce(min(failed.stated_recovery_at), min(passed.sent_at)) AS recovered_at
    FROM failed
    LEFT JOIN core_integration_message AS passed
        ON
            failed.correlation_id = passed.correlation_id
            AND passed.status = 'ok'
            AND passed.sent_at > failed.first_failed_at
    GROUP BY ALL
)

SELECT
    ended.correlation_id,
    ended.first_failed_at AS measured_on,
    CASE
        WHEN coalesce(ended.recovered_at, clock.as_of) >= ended.first_failed_at
            THEN (epoch(coalesce(ended.recovered_at, clock.as_of)) - epoch(ended.first_failed_at)) / 60.0
    END AS value,
    ended.recovered_at IS NOT NULL AS weight,
    ended.source_system,
    ended.interface_id
FROM ended
LEFT JOIN source_clock AS clock ON ended.source_system = clock.source_system
