/* Grain: one row per proposal and the exception it is about: the simulated desk plans for one at a time. */
SELECT
    proposal_id,
    exception_id,
    file_no,
    file_line
FROM raw_network_simulator__proposals
WHERE exception_id IS NOT NULL
