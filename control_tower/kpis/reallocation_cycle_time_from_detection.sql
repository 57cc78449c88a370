/* ---
number    = "K18"
title     = "Reallocation cycle time from detection"
question  = "How long does a reallocation take from the detection of the exception to the ERP?"
formula   = "median of (executed - exception detected) of proposals executed in the period, elapsed hours"
grain     = "proposal"
aggregate = "median"
unit      = "hours"
better    = "lower"
owner     = "Supply"
needs     = ["core_proposal.executed_at", "mart_exception"]
--- */
SELECT
    proposal.proposal_id,
    proposal.executed_at AS measured_on,
    CASE
        WHEN proposal.executed_at >= raised.detected_at
            THEN (epoch(proposal.executed_at) - epoch(raised.detected_at)) / 3600.0
    END AS value,
    1 AS weight,
    proposal.source_system,
    proposal.action
FROM core_proposal AS proposal
LEFT JOIN mart_exception AS raised ON proposal.exception_id = raised.exception_id
WHERE proposal.executed_at IS NOT NULL
