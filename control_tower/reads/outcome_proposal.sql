/* Grain: one row per kind of decision (proposal_id null) first: how many approved proposals about exceptions that pass the
   filters, how many are measured, and what the measured ones promised and brought; then one row per such proposal, the last
   decided first, $row_limit of them: what it promised and what became of it. In the reporting currency by the rate of the
   day of the decision (null without one). */
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
),

told AS (
    SELECT
        rated.proposal_id,
        rated.exception_id,
        e.type_title,
        coalesce(site.name, regexp_replace(e.site_id, '^[^:]+:', '')) AS site,
        rated.action,
        rated.state,
        rated.decided_at,
        CAST(rated.expected_benefit_amount AS DOUBLE) * CAST(rated.rate AS DOUBLE) AS expected_amount,
        CAST(rated.realised_benefit_amount AS DOUBLE) * CAST(rated.rate AS DOUBLE) AS realised_amount,
        row_number() OVER (ORDER BY rated.decided_at DESC, rated.proposal_id) AS place
    FROM rated
    INNER JOIN {exceptions} AS e ON rated.exception_id = e.exception_id
    LEFT JOIN core_site AS site ON e.site_id = site.site_id
),

kind AS (
    SELECT
        coalesce(told.action, '') AS action,
        count(told.proposal_id) AS n,
        count(told.realised_amount) AS measured,
        sum(told.expected_amount) FILTER (WHERE told.realised_amount IS NOT NULL) AS expected_amount,
        sum(told.realised_amount) AS realised_amount
    FROM told
    GROUP BY coalesce(told.action, '')
)

SELECT
    CAST(NULL AS VARCHAR) AS proposal_id,
    CAST(NULL AS VARCHAR) AS exception_id,
    CAST(NULL AS VARCHAR) AS type_title,
    CAST(NULL AS VARCHAR) AS site,
    kind.action,
    CAST(NULL AS VARCHAR) AS state,
    CAST(NULL AS TIMESTAMP) AS decided_at,
    kind.expected_amount,
    kind.realised_amount,
    kind.n,
    kind.measured,
    row_number() OVER (ORDER BY kind.n DESC, kind.action) AS place
FROM kind
UNION ALL
SELECT
    told.proposal_id,
    told.exception_id,
    told.type_title,
    told.site,
    told.action,
    told.state,
    told.decided_at,
    told.expected_amount,
    told.realised_amount,
    CAST(NULL AS BIGINT) AS n,
    CAST(NULL AS BIGINT) AS measured,
    told.place
FROM told
WHERE told.place <= $row_limit
ORDER BY n DESC NULLS LAST, place
LIMIT 1000
