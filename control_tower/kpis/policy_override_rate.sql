/* ---
number    = "K30"
title     = "Policy overrides"
question  = "How often do people decide against the recommendation or waive a limit?"
formula   = "decisions in the period whose choice differs from the recommendation, or with a waiver / decisions in the period"
grain     = "approval"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Governance"
needs     = ["core_approval.decided_at"]
--- */
SELECT
    approval_id,
    decided_at AS measured_on,
    waiver IS NOT NULL OR coalesce(chosen_option != recommended_option, false) AS value,
    1 AS weight,
    source_system,
    approver,
    policy_rule_id,
    coalesce(override_reason, waiver) AS reason_code
FROM core_approval
WHERE decided_at IS NOT NULL
