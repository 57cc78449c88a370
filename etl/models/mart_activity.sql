/* Grain: one row per activity of a view, the most frequent first (ties by name). */
SELECT
    s.view,
    row_number() OVER (PARTITION BY s.view ORDER BY count(*) DESC, a.activity) AS activity_no,
    a.activity,
    count(*) AS event_count,
    count(DISTINCT s.case_no) AS case_count
FROM _step AS s
JOIN _activity AS a ON a.name_no = s.name_no
GROUP BY s.view, a.activity
