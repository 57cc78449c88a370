/* Grain: one row per way between two sites, or from a supplier to a site, and carrier that serves it. */
SELECT
    lane_id,
    from_site_id,
    supplier_id,
    site_id,
    carrier_id,
    lead_time_days,
    cost_amount,
    currency_code,
    min_qty,
    priority,
    file_no,
    file_line
FROM raw_sim_tms__lanes
