/* Grain: one row per lane between sites, or from a supplier to a site. */
SELECT
    lane_id,
    from_site_id,
    supplier_id,
    site_id,
    carrier_id,
    lead_time_days,
    cost_amount,
    'EUR' AS currency_code,
    1 AS priority,
    file_no,
    file_line
FROM raw_sim_tms__lanes
