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
SELECT
    failure.correlation_id,
    failure.first_failed_at AS measured_on,
    CASE
        WHEN coalesce(failure.recovered_at, clock.as_of) >= failure.first_failed_at
            THEN (epoch(coalesce(failure.recovered_at, clock.as_of)) - epoch(failure.first_failed_at)) / 60.0
    END AS value,
    failure.recovered_at IS NOT NULL AS weight,
    failure.source_system,
    failure.interface_id
FROM mart_integration_failure AS failure
LEFT JOIN source_clock AS clock ON failure.source_system = clock.source_system
