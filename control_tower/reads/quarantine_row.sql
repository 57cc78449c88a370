/* Grain: one row per refusal, newest file first; $source, $rule and $text narrow it when not empty. */
SELECT
    source_system,
    file,
    raw_table,
    file_line,
    last_line,
    place,
    column_name,
    rule,
    value,
    reason,
    is_repaired,
    count(file_line) OVER () AS refusal_count
FROM quarantine
WHERE ($source = '' OR source_system = $source)
    AND ($rule = '' OR rule = $rule)
    AND ($text = '' OR contains(lower(concat_ws(' ', file, column_name, value, reason)), lower($text)))
ORDER BY file_no DESC, raw_table, file_line, column_name, rule
LIMIT least($row_limit, 1000) OFFSET $skip
