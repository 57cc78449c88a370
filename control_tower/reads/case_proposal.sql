/* Grain: one row per proposal about the exception $exception_id that the build knows, newest first. */
SELECT
    p.proposal_id,
    p.action,
    p.state,
    p.proposed_by,
    p.created_at,
    p.expected_benefit_amount::DOUBLE AS expected_benefit_amount,
    p.realised_benefit_amount::DOUBLE AS realised_benefit_amount,
    p.currency_code
FROM {exceptions} AS e
INNER JOIN core_proposal AS p ON e.exception_id = p.exception_id
WHERE e.exception_id = $exception_id
ORDER BY p.created_at DESC, p.proposal_id
LIMIT 50
