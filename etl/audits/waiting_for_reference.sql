/* ---
title = "Nothing waits for a row that has not come"
blocks_publishing = false
--- */
SELECT
    relation,
    row_key,
    missing_relation,
    missing_id
FROM parked_row
