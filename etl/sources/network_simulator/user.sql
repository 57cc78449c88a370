/* Grain: one row per person. */
SELECT
    user_id,
    name,
    team_id,
    role,
    'human' AS resource_type,
    file_no,
    file_line
FROM raw_network_simulator__users
