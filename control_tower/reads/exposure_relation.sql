/* Grain: one row per kind of unit that can fail: how many the build holds, and the time from which they are known;
   one row without a kind when it holds none, so that the clock is known. */
SELECT
    unit.kind,
    count(unit.unit_id) AS units,
    min(unit.exposed_at) AS first_at,
    policy.as_of
FROM policy
LEFT JOIN mart_exposure AS unit ON true
GROUP BY unit.kind, policy.as_of
ORDER BY unit.kind
LIMIT 5
