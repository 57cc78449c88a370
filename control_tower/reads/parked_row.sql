/* Grain: one row per relation and missing relation: how many rows wait for something that has not come (fault 32). */
SELECT
    source_system,
    relation,
    missing_relation,
    count(row_key) AS waiting_rows,
    count(DISTINCT missing_id) AS missing_ids,
    min(missing_id) AS example_missing_id,
    min(row_key) AS example_row
FROM parked_row
GROUP BY source_system, relation, missing_relation
ORDER BY waiting_rows DESC, source_system, relation, missing_relation
LIMIT 200
