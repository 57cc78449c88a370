/* Grain: one row per step of a case that may repeat itself: how often its activity and its edge have come so far. */
SELECT
    s.case_key,
    s.step_no,
    row_number() OVER (PARTITION BY s.case_key, s.activity_no ORDER BY s.step_no) AS activity_seen,
    row_number() OVER (PARTITION BY s.case_key, s.activity_no, s.next_activity_no ORDER BY s.step_no) AS edge_seen
FROM _step AS s
JOIN _trace AS t ON t.case_key = s.case_key
WHERE t.may_repeat
