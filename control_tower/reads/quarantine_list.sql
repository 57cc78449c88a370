/* Grain: one row per refusal, as `tower quarantine` lists them; $everything = repaired ones too. */
SELECT
    file_no,
    source_system AS source,
    file,
    raw_table AS "table",
    file_line AS line,
    last_line,
    place,
    column_name AS "column",
    value,
    rule,
    reason,
    decode(raw) AS raw,
    is_repaired
FROM quarantine
WHERE $everything OR NOT is_repaired
ORDER BY file_no, file_line, column_name
LIMIT $row_limit
