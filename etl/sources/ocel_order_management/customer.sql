-- One row per customer of the log; a name is all it says.
SELECT
    id AS customer_id,
    id AS name,
    file_no,
    file_line
FROM _object
WHERE object_type = 'customer'
