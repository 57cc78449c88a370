SELECT
    event_id,
    object_id,
    object_type,
    object_type AS qualifier,
    file_no,
    file_line
FROM raw_network_simulator__event_objects
