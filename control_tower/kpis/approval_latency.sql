/* ---
number    = "K17"
title     = "Approval latency"
question  = "How long does a decision wait for its approver, counting those still pending?"
formula   = "Kaplan-Meier median of (decided - submitted) over requests submitted in the period; pending = censored at the source's clock; elapsed hours"
grain     = "approval"
aggregate = "survival"
unit      = "hours"
better    = "lower"
owner     = "Governance"
needs     = ["core_approval.submitted_at"]
--- */
SELECT
    asked.approval_id,
    asked.submitted_at AS measured_on,
    CASE
        WHEN coalesce(asked.decided_at, clock.as_of) >= asked.submitted_at
            THEN (epoch(coalesce(asked.decided_at, clock.as_of)) - epoch(asked.submitted_at)) / 3600.0
    END AS value,
    asked.decided_at IS NOT NULL AS weight,
    asked.source_system,
    asked.approver,
    asked.policy_rule_id
FROM core_approval AS asked
LEFT JOIN source_clock AS clock ON asked.source_system = clock.source_system
WHERE asked.submitted_at IS NOT NULL
