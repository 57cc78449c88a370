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
)

SELECT
    failed.correlation_id,
    failed.first_failed_at AS measured_on,
    coalesce(
        epoch(coalesce(
            min(failed.stated_recovery_at), min(passed.sent_at)
        )) - epoch(failed.first_failed_at) <= 60 * (
            SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'auto_recovery_minutes'
        ), false
    ) AS value,
    1 AS weight,
    failed.source_system,
    failed.interface_id
FROM failed
LEFT JOIN core_integration_message AS passed
    ON
        failed.correlation_id = passed.correlation_id
        AND passed.status = 'ok'
        AND passed.sent_at > failed.first_failed_at
GROUP BY
    failed.correlation_id,
    failed.first_failed_at,
    failed.source_system,
    failed.interface_id
