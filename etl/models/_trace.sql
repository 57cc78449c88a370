/* Grain: one row per case: its sequence of activity numbers in step order, and its span. */
SELECT
    view,
    case_no,
    list(activity_no ORDER BY step_no) AS activity_nos,
    count(*) AS step_count,
    min(timestamp) AS started_at,
    max(timestamp) AS ended_at
FROM mart_event_step
GROUP BY view, case_no
