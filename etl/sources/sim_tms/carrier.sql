/* Grain: one row per carrier. */
SELECT
    carrier_id,
    name,
    mode,
    file_no,
    file_line
FROM raw_sim_tms__carriers
