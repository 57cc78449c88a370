/* Grain: one row per change of a case; numbered after everything the exception's own system says. */
SELECT
    exception_id,
    1000000000 + version AS sequence_no,
    status,
    action AS local_status,
    changed_at,
    'tower:' || user_id AS user_id,
    team_id,
    nullif(reason, '') AS reason,
    file_no,
    file_line
FROM raw_control_tower_store__case_state
