/* Grain: one row per change of status or team in the log of handling. */
SELECT
    exception_id,
    log_no AS sequence_no,
    new_status AS local_status,
    logged_at AS changed_at,
    user_id,
    team_id,
    note AS reason,
    file_no,
    file_line
FROM raw_sim_webshop__exception_log
WHERE new_status IS NOT NULL
