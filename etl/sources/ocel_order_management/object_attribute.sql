-- One row per value an attribute took. A trailing `.0` is how JSON writes a whole number, XML leaves it out.
SELECT
    object_id,
    name AS attribute,
    time AS valid_from,
    row_number() OVER (PARTITION BY object_id, name ORDER BY time, value) AS sequence_no,
    regexp_replace(value, '[.]0$', '') AS value,
    file_no,
    file_line
FROM raw_ocel_order_management__object_attribute
