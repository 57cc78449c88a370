/* Grain: one row per change that was done; what was refused or repeated changed nothing. */
SELECT
    'tower:A' || CAST(sequence_no AS VARCHAR) AS audit_id,
    sequence_no,
    CASE subject_type WHEN 'exception_case' THEN 'exception' ELSE subject_type END AS subject_type,
    CASE subject_type WHEN 'proposal' THEN 'tower:' || subject_id ELSE subject_id END AS subject_id,
    action,
    actor_id AS actor,
    acted_at,
    nullif(reason, '') AS reason,
    before AS before_state,
    after AS after_state,
    policy_version,
    file_no,
    file_line
FROM raw_control_tower_store__audit
