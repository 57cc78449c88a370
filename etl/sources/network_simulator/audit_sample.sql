/* Grain: one row per order looked at again. */
SELECT
    audit_sample_id,
    order_id,
    sampled_at,
    found_type_code,
    file_no,
    file_line
FROM raw_network_simulator__audit_samples
