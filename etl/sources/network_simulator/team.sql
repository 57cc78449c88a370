/* Grain: one row per team. */
SELECT
    team_id,
    name,
    department,
    site_id,
    file_no,
    file_line
FROM raw_network_simulator__teams
