/* Grain: one row per step of a case, in case and time order, with its successor and how often activity and
   edge have come in the case so far (ruling 15: "cases" is then a filtered count). */
SELECT
    s.view,
    s.case_no,
    s.step_no,
    n.activity_no,
    f.activity_no AS next_activity_no,
    row_number() OVER (PARTITION BY s.view, s.case_no, s.name_no ORDER BY s.step_no) AS activity_seen,
    CASE
        WHEN s.next_name_no IS NOT NULL
            THEN row_number() OVER (PARTITION BY s.view, s.case_no, s.name_no, s.next_name_no ORDER BY s.step_no)
    END AS edge_seen,
    s.timestamp,
    floor(epoch(s.next_timestamp)) - floor(epoch(s.timestamp)) AS gap_seconds,
    s.event_row
FROM _step AS s
JOIN _activity AS a ON a.name_no = s.name_no
JOIN mart_activity AS n ON n.view = s.view AND n.activity = a.activity
LEFT JOIN _activity AS b ON b.name_no = s.next_name_no
LEFT JOIN mart_activity AS f ON f.view = s.view AND f.activity = b.activity
ORDER BY s.view, s.case_no, s.step_no
