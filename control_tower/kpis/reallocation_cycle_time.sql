/* ---
number    = "K18"
title     = "Reallocation cycle time"
question  = "How long does a reallocation take from its first draft to the ERP?"
formula   = "median of (executed - proposal created) of proposals executed in the period, elapsed hours"
grain     = "proposal"
aggregate = "median"
unit      = "hours"
better    = "lower"
owner     = "Supply"
needs     = ["core_proposal.executed_at"]
--- */
SELECT
    proposal.proposal_id,
    proposal.executed_at AS measured_on,
    CASE
        WHEN proposal.executed_at >= proposal.created_at
            THEN (epoch(proposal.executed_at) - epoch(proposal.created_at)) / 3600.0
    END AS value,
    1 AS weight,
    proposal.source_system,
    proposal.action
FROM core_proposal AS proposal
WHERE proposal.executed_at IS NOT NULL
