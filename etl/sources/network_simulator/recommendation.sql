/* Grain: one row per recommendation. */
SELECT
    recommendation_id,
    exception_id,
    kind,
    model_version,
    suggested,
    probability,
    outcome,
    response,
    made_at,
    file_no,
    file_line
FROM raw_network_simulator__recommendations
