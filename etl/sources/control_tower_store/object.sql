/* Grain: one row per proposal. Exceptions are objects of the systems that log them. */
SELECT
    'tower:' || proposal_id AS object_id,
    'proposal' AS object_type,
    file_no,
    file_line
FROM raw_control_tower_store__proposal
