/* Grain: one row. What this build is and how much of what was read passed the gate (ING-10, K58). */
SELECT
    p.build_id,
    p.as_of,
    p.policy_version,
    p.policy_hash,
    p.code_version,
    p.reporting_currency,
    p.small_sample,
    l.file_count,
    l.newest_ingest_at,
    l.read_rows,
    l.refused_rows,
    c.source_count,
    c.stalest_as_of
FROM policy AS p
CROSS JOIN (
    SELECT
        count(file_no) AS file_count,
        max(loaded_at) AS newest_ingest_at,
        coalesce(sum(read_rows), 0)::BIGINT AS read_rows,
        coalesce(sum(refused_rows), 0)::BIGINT AS refused_rows
    FROM load_ledger
) AS l
CROSS JOIN (
    SELECT
        count(source_system) AS source_count,
        min(as_of) AS stalest_as_of
    FROM source_clock
) AS c
LIMIT 1
