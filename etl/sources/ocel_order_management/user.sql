-- One row per employee, with the role the log gives.
SELECT
    object.id AS user_id,
    object.id AS name,
    role.value AS role,
    'human' AS resource_type,
    object.file_no,
    object.file_line
FROM _object AS object
LEFT JOIN _last_attribute AS role ON object.id = role.object_id AND role.name = 'role'
WHERE object.object_type = 'user'
