SELECT
    exception_id,
    sequence_no,
    status,
    changed_at,
    user_id,
    team_id,
    file_no,
    file_line
FROM raw_network_simulator__exception_states
