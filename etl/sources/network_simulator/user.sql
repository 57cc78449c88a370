SELECT
    user_id,
    name,
    team_id,
    'human' AS resource_type,
    file_no,
    file_line
FROM raw_network_simulator__users
