/* ---
title = "An exception does not end before it starts, and nothing happens after its source's clock"
blocks_publishing = false
--- */
SELECT
    exception_id AS row_id,
    detected_at AS started_at,
    coalesce(resolved_at, closed_at) AS ended_at,
    as_of
FROM mart_exception
WHERE is_time_suspect
UNION ALL
SELECT
    e.event_id AS row_id,
    e.timestamp AS started_at,
    e.timestamp AS ended_at,
    c.as_of
FROM core_event AS e
JOIN source_clock AS c ON c.source_system = e.source_system
WHERE e.timestamp > c.as_of
