/* Grain: one row per proposal and exception it is about. */
SELECT
    'tower:' || proposal_id AS proposal_id,
    exception_id,
    file_no,
    file_line
FROM raw_control_tower_store__proposal_exception
