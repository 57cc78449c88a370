/* ---
number    = "K12"
title     = "SLA breach rate, decide"
question  = "How many exceptions were not decided in time?"
formula   = "decision due in the period and (first decided or still undecided) after it / decision due in the period"
grain     = "exception"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.decide_due_at", "core_approval"]
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
    raised.decide_due_at AS measured_on,
    coalesce(decided.decided_at, raised.as_of) > raised.decide_due_at AS value,
    1 AS weight
FROM mart_exception AS raised
LEFT JOIN decided ON raised.exception_id = decided.exception_id
WHERE raised.decide_due_at <= raised.as_of
