/* Grain: one row per account of the tower. */
SELECT
    'tower:' || user_id AS user_id,
    name,
    role,
    CASE WHEN user_id LIKE 'service.%' THEN 'automatic' ELSE 'human' END AS resource_type,
    file_no,
    file_line
FROM raw_control_tower_store__user
