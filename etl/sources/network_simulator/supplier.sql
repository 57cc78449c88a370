SELECT
    supplier_id,
    name,
    country_code,
    lead_time_days,
    sends_asn,
    file_no,
    file_line
FROM raw_network_simulator__suppliers
