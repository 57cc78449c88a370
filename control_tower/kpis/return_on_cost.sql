/* ---
number     = "K50"
title      = "Return on cost"
question   = "Does what the tower's decisions gained exceed what the tower costs?"
formula    = "(sum of realised benefits of proposals confirmed in the period - running and change cost of its days) / that cost"
grain      = "ledger_entry"
aggregate  = "ratio"
unit       = "ratio"
better     = "higher"
owner      = "Finance"
needs      = ["core_proposal.realised_benefit_amount", "core_proposal.confirmed_at"]
parameters = ["running_cost_per_day_amount"]
note       = "Waits for measured outcomes of confirmed proposals and for the running cost a day in policy.toml. Benefits come from the ledger only, never from expectations; cost days start with the first proposal."
--- */
WITH charged AS (
    SELECT unnest(generate_series(
        CAST((SELECT min(proposal.created_at) FROM core_proposal AS proposal) AS DATE),
        CAST((SELECT policy.as_of FROM policy) AS DATE),
        INTERVAL 1 DAY
    )) AS charged_on
)

SELECT
    'benefit of ' || proposal.proposal_id AS ledger_entry_id,
    proposal.confirmed_at AS measured_on,
    proposal.realised_benefit_amount * CASE
        WHEN proposal.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
        ELSE (
            SELECT arg_max(exchange.rate, exchange.valid_from)
            FROM ref_currency_rate AS exchange
            WHERE
                exchange.currency_code = proposal.currency_code
                AND exchange.valid_from <= CAST(proposal.confirmed_at AS DATE)
        )
    END AS value,
    0 AS weight,
    proposal.source_system,
    proposal.action
FROM core_proposal AS proposal
WHERE proposal.confirmed_at IS NOT NULL
UNION ALL
SELECT
    'cost of ' || CAST(charged.charged_on AS DATE) AS ledger_entry_id,
    charged.charged_on AS measured_on,
    -cost.value AS value,
    cost.value AS weight,
    NULL AS source_system,
    NULL AS action
FROM charged
INNER JOIN policy_parameter AS cost ON cost.name = 'running_cost_per_day_amount'
