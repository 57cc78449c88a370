/* Grain: one row per step of a case, in case and time order, with its successor and how often activity and
   edge have come in the case so far (ruling 15: "cases" is then a filtered count). */
SELECT
    c.view,
    c.case_no,
    s.step_no,
    s.activity_no,
    s.next_activity_no,
    coalesce(o.activity_seen, 1) AS activity_seen,
    CASE WHEN s.next_activity_no IS NOT NULL THEN coalesce(o.edge_seen, 1) END AS edge_seen,
    s.timestamp,
    date_diff('second', s.timestamp, s.next_timestamp) AS gap_seconds,
    s.event_row
FROM _step AS s
JOIN _case AS c ON c.case_key = s.case_key
LEFT JOIN _occurrence AS o ON o.case_key = s.case_key AND o.step_no = s.step_no
ORDER BY s.case_key, s.step_no
