/* Grain: one row per supplier. */
SELECT
    supplier_id,
    name,
    country_code,
    lead_time_days,
    sends_asn,
    file_no,
    file_line
FROM raw_sim_erp__suppliers
