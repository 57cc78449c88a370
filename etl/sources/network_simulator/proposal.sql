/* Grain: one row per proposal. */
SELECT
    proposal_id,
    exception_id,
    order_line_id,
    action,
    state,
    proposed_by,
    created_at,
    submitted_at,
    executed_at,
    confirmed_at,
    expected_benefit_amount,
    realised_benefit_amount,
    freight_amount,
    currency_code,
    file_no,
    file_line
FROM raw_network_simulator__proposals
