/* Grain: one row per correlation id with a failed message: when it failed first, and when it got through, as the source
   states it or by the first message of the same correlation that passed later (null = not yet). */
WITH failed AS (
    SELECT
        m.correlation_id,
        min(m.source_system) AS source_system,
        min(m.interface_id) AS interface_id,
        min(m.sent_at) AS first_failed_at,
        min(m.recovered_at) AS stated_recovery_at
    FROM core_integration_message AS m
    WHERE
        m.correlation_id IS NOT NULL
        AND m.status <> 'ok'
    GROUP BY m.correlation_id
),
passed AS (
    SELECT
        f.correlation_id,
        min(m.sent_at) AS passed_at
    FROM failed AS f
    INNER JOIN core_integration_message AS m ON f.correlation_id = m.correlation_id
    WHERE
        m.status = 'ok'
        AND m.sent_at > f.first_failed_at
    GROUP BY f.correlation_id
)
SELECT
    f.correlation_id,
    f.source_system,
    f.interface_id,
    f.first_failed_at,
    coalesce(f.stated_recovery_at, p.passed_at) AS recovered_at
FROM failed AS f
LEFT JOIN passed AS p ON f.correlation_id = p.correlation_id
