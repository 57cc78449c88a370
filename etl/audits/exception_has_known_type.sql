/* ---
title = "Every exception has a type of the taxonomy, or is on the work list"
blocks_publishing = true
--- */
SELECT
    e.exception_id,
    e.type_code
FROM core_exception AS e
LEFT JOIN ref_exception_type AS t ON t.type_code = e.type_code
WHERE t.type_code IS NULL AND e.type_code <> 'unmapped'
