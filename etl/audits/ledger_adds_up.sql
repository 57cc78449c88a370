/* ---
title = "Every row read is loaded, refused or known already"
blocks_publishing = true
--- */
SELECT
    file_no,
    raw_table,
    read_rows,
    loaded_rows,
    refused_rows,
    duplicate_rows
FROM load_table_ledger
WHERE read_rows <> loaded_rows + refused_rows + duplicate_rows
