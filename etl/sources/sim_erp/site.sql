/* Grain: one row per distribution centre. */
SELECT
    site_id,
    name,
    'distribution_center' AS site_type,
    time_zone,
    calendar_code,
    country_code,
    region,
    file_no,
    file_line
FROM raw_sim_erp__sites
