/* Grain: one row per routing guide and carrier that it allows. */
SELECT
    routing_guide_code,
    carrier_id,
    file_no,
    file_line
FROM raw_sim_tms__routing_guides
