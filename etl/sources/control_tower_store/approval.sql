/* Grain: one row per decision made or still asked for. */
SELECT
    'tower:' || approval_id AS approval_id,
    'tower:' || proposal_id AS proposal_id,
    exception_id,
    approver,
    approver_role,
    policy_rule_id,
    policy_version,
    submitted_at,
    decided_at,
    decision,
    recommended_option,
    chosen_option,
    override_reason,
    waiver,
    file_no,
    file_line
FROM raw_control_tower_store__approval
