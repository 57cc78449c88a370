/* Grain: one row per decision asked for. */
SELECT
    approval_id,
    proposal_id,
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
FROM raw_network_simulator__approvals
