/* Grain: one row per proposal as it stands. */
SELECT
    'tower:' || proposal_id AS proposal_id,
    exception_id,
    order_line_id,
    action,
    state,
    created_by AS proposed_by,
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
FROM raw_control_tower_store__proposal
