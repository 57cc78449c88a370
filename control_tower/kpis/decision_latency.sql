/* ---
number    = "K19"
title     = "Decision latency"
question  = "How long after its detection is an exception first decided on?"
formula   = "median of (first decision - detected) of exceptions first decided in the period, elapsed hours"
grain     = "exception"
aggregate = "median"
unit      = "hours"
better    = "lower"
owner     = "Governance"
needs     = ["core_approval.decided_at", "mart_exception"]
--- */
WITH asked AS (
    SELECT
        approval.exception_id,
        approval.decided_at
    FROM core_approval AS approval
    WHERE approval.decided_at IS NOT NULL AND approval.exception_id IS NOT NULL
    UNION ALL
    SELECT
        about.exception_id,
        approval.decided_at
    FROM core_approval AS approval
    INNER JOIN core_proposal_exception AS about ON approval.proposal_id = about.proposal_id
    WHERE approval.decided_at IS NOT NULL
),

decided AS (
    SELECT
        exception_id,
        min(decided_at) AS decided_at
    FROM asked
    GROUP BY exception_id
)

SELECT
    raised.exception_id,
    decided.decided_at AS measured_on,
    CASE
        WHEN decided.decided_at >= raised.detected_at
            THEN (epoch(decided.decided_at) - epoch(raised.detected_at)) / 3600.0
    END AS value,
    1 AS weight
FROM mart_exception AS raised
INNER JOIN decided ON raised.exception_id = decided.exception_id
