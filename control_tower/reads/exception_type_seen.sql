/* Grain: one row per exception type of [before, until), duplicates and false positives left out. */
SELECT
    type_code,
    min(type_title) AS type_title,
    min(category) AS category,
    count(*) AS n,
    min(detected_at) AS first_at
FROM mart_exception
WHERE
    status NOT IN ('duplicate', 'false_positive')
    AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND detected_at >= $before
    AND detected_at < $until
    AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), site_id))
GROUP BY type_code
ORDER BY n DESC, type_code
LIMIT 1000
