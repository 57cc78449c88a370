/* Grain: one row per file of a load, newest first; is_proven = every row read is accounted for once. */
SELECT
    load_id,
    file_no,
    source_system,
    file,
    read_rows,
    loaded_rows,
    refused_rows,
    duplicate_rows,
    superseded_rows,
    (read_rows = loaded_rows + refused_rows + duplicate_rows) AS is_proven,
    size_bytes,
    loaded_at,
    loaded_by,
    warning,
    left(sha256, 12) AS sha256_start,
    count(file_no) OVER () AS file_count
FROM load_ledger
ORDER BY loaded_at DESC, file_no DESC
LIMIT 500
