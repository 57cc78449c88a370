/* Grain: one row per approved proposal about an exception that passes the filters, the last decided first: what it
   promised and what became of it, in the reporting currency by the rate of the day of its decision (null without one). */
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
    rated.proposal_id,
    rated.exception_id,
    e.type_title,
    coalesce(site.name, regexp_replace(e.site_id, '^[^:]+:', '')) AS site,
    rated.action,
    rated.state,
    rated.decided_at,
    CAST(rated.expected_benefit_amount AS DOUBLE) * CAST(rated.rate AS DOUBLE) AS expected_amount,
    CAST(rated.realised_benefit_amount AS DOUBLE) * CAST(rated.rate AS DOUBLE) AS realised_amount
FROM rated
INNER JOIN {exceptions} AS e ON rated.exception_id = e.exception_id
LEFT JOIN core_site AS site ON e.site_id = site.site_id
ORDER BY rated.decided_at DESC, rated.proposal_id
LIMIT least($row_limit, 1000)
