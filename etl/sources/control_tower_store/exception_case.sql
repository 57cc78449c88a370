/* Grain: one row per exception that somebody worked in the tower. */
SELECT
    exception_id,
    status,
    owner_team_id,
    owner_user_id,
    acknowledged_at,
    resolved_at,
    resolution,
    closed_at,
    escalation_level,
    is_on_hold,
    duplicate_of AS duplicate_of_id,
    CASE status WHEN 'duplicate' THEN 'duplicate' WHEN 'false_positive' THEN 'false_positive' END AS disposition,
    reopen_count,
    paused_seconds,
    updated_at,
    file_no,
    file_line
FROM raw_control_tower_store__exception_case
