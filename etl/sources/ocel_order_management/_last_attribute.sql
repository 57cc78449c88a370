-- One row per object and attribute: its last value (ruling 3).
SELECT
    object_id,
    name,
    arg_max(value, (time, file_no, file_line)) AS value
FROM raw_ocel_order_management__object_attribute
GROUP BY object_id, name
