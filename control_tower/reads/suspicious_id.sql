/* Grain: one row per id that looks like another or hides characters (fault 27). */
SELECT
    relation,
    suspicious_id,
    why,
    count(relation) OVER () AS suspicious_count
FROM suspicious_id
ORDER BY relation, suspicious_id
LIMIT 200
