/* Grain: one row per source, table, column and rule: reasons, and the records they account for in the ledger. */
SELECT
    source_system,
    raw_table,
    rule,
    column_name,
    count(file_line) AS refusals,
    sum(record_count)::BIGINT AS refused_rows,
    count(file_line) FILTER (WHERE is_repaired) AS repaired
FROM quarantine
GROUP BY source_system, raw_table, rule, column_name
ORDER BY refusals DESC, source_system, raw_table, rule, column_name
LIMIT 200
