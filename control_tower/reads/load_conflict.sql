/* Grain: one row per older version of a key that a newer one replaced, newest first. */
SELECT
    c.source_system,
    c.raw_table,
    c.row_key,
    older.file AS older_file,
    c.file_line AS older_line,
    kept.file AS kept_file,
    c.kept_line,
    c.old_row,
    count(c.row_key) OVER () AS conflict_count
FROM load_conflict AS c
LEFT JOIN load_ledger AS older ON c.file_no = older.file_no
LEFT JOIN load_ledger AS kept ON c.kept_file_no = kept.file_no
ORDER BY c.kept_file_no DESC, c.raw_table, c.row_key, c.file_no, c.file_line
LIMIT 200
