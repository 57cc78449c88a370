/* Grain: one row per audited change. */
SELECT
    audit_id,
    sequence_no,
    subject_type,
    subject_id,
    action,
    actor,
    acted_at,
    reason,
    before_state,
    after_state,
    policy_version,
    file_no,
    file_line
FROM raw_network_simulator__audit
