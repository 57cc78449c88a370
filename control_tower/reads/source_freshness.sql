/* Grain: one row per source: its clock, its newest file, its latency class (ING-03, ING-07). */
SELECT
    r.source_system,
    r.title,
    r.latency,
    r.namespace,
    r.time_zone,
    c.as_of,
    max(l.loaded_at) AS newest_ingest_at,
    count(l.file_no) AS file_count,
    coalesce(sum(l.read_rows), 0)::BIGINT AS read_rows,
    coalesce(sum(l.refused_rows), 0)::BIGINT AS refused_rows
FROM source_registry AS r
LEFT JOIN source_clock AS c ON r.source_system = c.source_system
LEFT JOIN load_ledger AS l ON r.source_system = l.source_system
GROUP BY r.source_system, r.title, r.latency, r.namespace, r.time_zone, c.as_of
ORDER BY c.as_of NULLS FIRST, r.source_system
LIMIT 200
