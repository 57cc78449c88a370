SELECT
    event_id,
    row_number() OVER (ORDER BY event_id) AS event_no,
    activity,
    timestamp,
    business_event,
    resource,
    resource_type,
    department,
    team_id,
    file_no,
    file_line
FROM raw_network_simulator__events
