/* Grain: one row per kind of decision: how many approved proposals about exceptions that pass the filters, how many are
   measured, and what the measured ones promised and brought, in the reporting currency (null without a rate). */
WITH said AS (
    SELECT
        approval.proposal_id,
        max(approval.decided_at) AS decided_at
    FROM core_approval AS approval
    WHERE approval.decision = 'approved' AND approval.decided_at IS NOT NULL
    GROUP BY approval.proposal_id
),

rated AS (
    SELECT
        proposal.proposal_id,
        proposal.exception_id,
        proposal.action,
        proposal.state,
        said.decided_at,
        proposal.expected_benefit_amount,
        proposal.realised_benefit_amount,
        CASE
            WHEN proposal.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = proposal.currency_code
                    AND exchange.valid_from <= CAST(said.decided_at AS DATE)
            )
        END AS rate
    FROM core_proposal AS proposal
    INNER JOIN said ON proposal.proposal_id = said.proposal_id
    WHERE
        proposal.state IN ('approved', 'released', 'confirmed', 'failed', 'cancelled')
        AND said.decided_at >= $since
        AND said.decided_at < $until
)

SELECT
    coalesce(rated.action, '') AS action,
    count(rated.proposal_id) AS n,
    count(rated.realised_benefit_amount * rated.rate) AS measured,
    sum(CAST(rated.expected_benefit_amount AS DOUBLE) * CAST(rated.rate AS DOUBLE)) FILTER (
        WHERE rated.realised_benefit_amount IS NOT NULL
    ) AS expected_amount,
    sum(CAST(rated.realised_benefit_amount AS DOUBLE) * CAST(rated.rate AS DOUBLE)) AS realised_amount
FROM rated
INNER JOIN {exceptions} AS e ON rated.exception_id = e.exception_id
GROUP BY rated.action
ORDER BY n DESC, action
LIMIT 100
