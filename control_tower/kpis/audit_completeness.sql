/* ---
number    = "K57"
title     = "Audit completeness"
question  = "Can every change be explained?"
formula   = "audited changes of state with actor, reason, before or creation, after and policy version / audited changes in the period"
grain     = "audit"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Governance"
needs     = ["core_audit"]
note      = "A first state has no before: then after alone is enough when the action creates."
--- */
SELECT
    audit_id,
    acted_at AS measured_on,
    actor IS NOT NULL
    AND reason IS NOT NULL
    AND (before_state IS NOT NULL OR action = 'create')
    AND after_state IS NOT NULL
    AND policy_version IS NOT NULL AS value,
    1 AS weight,
    source_system,
    action
FROM core_audit
