/* The events of the drawn exceptions, as cases of one view: detected, assigned, some asked back, some handed over to
   and fro, and closed when they ended. One activity's name tries to fetch and to run. */
CREATE TEMP TABLE walked AS
SELECT
    e.exception_id AS case_id,
    e.source_system,
    e.is_open,
    s.activity,
    e.detected_at + to_seconds(CAST(s.part * epoch(coalesce(e.ended_at, e.as_of) - e.detected_at) AS BIGINT)) AS timestamp,
    row_number() OVER (PARTITION BY e.exception_id ORDER BY s.part, s.place) AS step_no
FROM mart_exception AS e
JOIN (
    VALUES (1, 0.0, 'Detect', 1, false), (2, 0.1, 'Assign to team', 1, false), (3, 0.2, 'Ask for information', 4, false),
        (4, 0.5, 'Receive answer', 4, false), (5, 0.55, 'Hand over', 7, false), (6, 0.6, 'Hand over', 14, false),
        (7, 0.65, $note, 11, false), (8, 0.7, 'Investigate', 1, false), (9, 0.9, 'Resolve', 1, true), (10, 1.0, 'Close', 1, true)
) AS s(place, part, activity, every, needs_end)
    ON e.file_line % s.every = 0 AND (NOT s.needs_end OR NOT e.is_open);

INSERT INTO mart_activity (view, activity_no, activity, event_count, case_count)
SELECT 'exception', row_number() OVER (ORDER BY activity), activity, count(*), count(DISTINCT case_id) FROM walked GROUP BY activity;

CREATE TEMP TABLE numbered AS
SELECT
    dense_rank() OVER (ORDER BY w.case_id) AS case_no,
    w.case_id, w.source_system, w.is_open, w.step_no, w.timestamp, a.activity_no,
    lead(a.activity_no) OVER one AS next_activity_no,
    lead(w.timestamp) OVER one AS next_timestamp
FROM walked AS w
JOIN mart_activity AS a ON a.activity = w.activity
WINDOW one AS (PARTITION BY w.case_id ORDER BY w.step_no);

INSERT INTO mart_event_step (
    view, case_no, step_no, activity_no, next_activity_no, activity_seen, edge_seen, timestamp, gap_seconds, event_row
)
SELECT
    'exception', case_no, step_no, activity_no, next_activity_no,
    row_number() OVER (PARTITION BY case_no, activity_no ORDER BY step_no),
    CASE WHEN next_activity_no IS NOT NULL
        THEN row_number() OVER (PARTITION BY case_no, activity_no, next_activity_no ORDER BY step_no) END,
    timestamp, floor(epoch(next_timestamp)) - floor(epoch(timestamp)), row_number() OVER (ORDER BY case_no, step_no)
FROM numbered
ORDER BY case_no, step_no;

CREATE TEMP TABLE traced AS
SELECT
    case_no, any_value(case_id) AS case_id, any_value(source_system) AS source_system, any_value(is_open) AS is_open,
    list(activity_no ORDER BY step_no) AS activity_nos, count(*) AS step_count,
    min(timestamp) AS started_at, max(timestamp) AS ended_at
FROM numbered
GROUP BY case_no;

INSERT INTO mart_variant (view, variant_no, activity_nos, step_count, case_count)
SELECT 'exception', row_number() OVER (ORDER BY count(*) DESC, activity_nos), activity_nos, any_value(step_count), count(*)
FROM traced
GROUP BY activity_nos;

INSERT INTO mart_case (
    view, case_no, case_id, source_system, variant_no, step_count, started_at, ended_at, throughput_seconds, is_open
)
SELECT
    'exception', t.case_no, t.case_id, t.source_system, v.variant_no, t.step_count, t.started_at, t.ended_at,
    floor(epoch(t.ended_at)) - floor(epoch(t.started_at)), t.is_open
FROM traced AS t
JOIN mart_variant AS v ON v.activity_nos = t.activity_nos;
