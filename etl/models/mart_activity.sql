/* Grain: one row per activity of a view. */
SELECT
    s.view,
    s.activity_no,
    any_value(a.activity) AS activity,
    count(*) AS event_count,
    count(*) FILTER (WHERE s.activity_seen = 1) AS case_count
FROM mart_event_step AS s
JOIN _activity AS a ON a.activity_no = s.activity_no
GROUP BY s.view, s.activity_no
