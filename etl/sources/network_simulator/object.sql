SELECT
    object_id,
    object_type,
    file_no,
    file_line
FROM raw_network_simulator__objects
