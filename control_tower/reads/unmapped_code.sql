/* Grain: one row per local code that nothing maps: the work list of ING-06, most rows first. */
SELECT
    source_system,
    kind,
    local_code,
    row_count,
    first_seen_at,
    last_seen_at
FROM unmapped_code
ORDER BY row_count DESC, source_system, kind, local_code
LIMIT 500
