SELECT
    site_id,
    name,
    time_zone,
    country_code,
    region,
    calendar_code,
    site_type,
    file_no,
    file_line
FROM raw_network_simulator__sites
