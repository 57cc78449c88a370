/* Grain: one row per proposal. */
SELECT
    proposal_id AS object_id,
    'proposal' AS object_type,
    file_no,
    file_line
FROM raw_network_simulator__proposals
