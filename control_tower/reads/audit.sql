/* Grain: one row per audit rule of this build, broken ones first. */
SELECT
    audit_name,
    title,
    blocks_publishing,
    broken_rows,
    example
FROM audit_result
ORDER BY broken_rows DESC, audit_name
LIMIT 200
