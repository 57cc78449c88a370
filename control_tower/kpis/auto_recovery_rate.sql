/* ---
number    = "K56"
title     = "Recovered by itself"
question  = "How many integration failures heal without anybody?"
formula   = "correlation ids first failed in the period and recovered within the auto-recovery minutes / correlation ids first failed in the period"
grain     = "correlation"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Integration"
needs     = ["core_integration_message.correlation_id"]
--- */
SELECT
    correlation_id,
    first_failed_at AS measured_on,
    coalesce(
        epoch(recovered_at) - epoch(first_failed_at) <= 60 * (
            SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'auto_recovery_minutes'
        ), false
    ) AS value,
    1 AS weight,
    source_system,
    interface_id
FROM mart_integration_failure
