/* Grain: one row per case and event (an object named twice by one event counts once), numbered in time order.
   Ids are compared by hash; audit `event_hash_unique` shows that no two events share one. */
WITH pair AS (
    SELECT c.view, c.case_no, e.event_row, e.timestamp, e.event_no, e.name_no
    FROM (
        SELECT hash(event_id) AS event_hash, hash(object_type, object_id) AS case_hash
        FROM core_event_object
    ) AS eo
    JOIN (
        SELECT
            v.rowid AS event_row,
            hash(v.event_id) AS event_hash,
            v.timestamp,
            v.event_no,
            a.name_no
        FROM core_event AS v
        JOIN _activity AS a ON a.activity = v.activity
    ) AS e ON e.event_hash = eo.event_hash
    JOIN _case AS c ON c.case_hash = eo.case_hash
    GROUP BY ALL
)
SELECT
    view,
    case_no,
    row_number() OVER trace AS step_no,
    name_no,
    lead(name_no) OVER trace AS next_name_no,
    timestamp,
    lead(timestamp) OVER trace AS next_timestamp,
    event_row
FROM pair
WINDOW trace AS (PARTITION BY view, case_no ORDER BY timestamp, event_no, event_row)
