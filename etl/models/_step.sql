/* Grain: one row per case and event, numbered in time order, with its successor. An object that an event names
   twice (with two qualifiers) counts once: the twins stand side by side, and only the last of them is kept.
   The last tie-break is the event's own hash, never its place in the table, so that equal inputs give equal steps.
   Ids are compared by hash; the load is refused when two events share one (etl.engines.refusing). */
WITH pair AS (
    SELECT
        c.case_key,
        e.event_row,
        e.timestamp,
        e.event_no,
        e.event_hash,
        e.activity_no
    FROM (
        SELECT
            hash(event_id) AS event_hash,
            hash(object_type, object_id) AS case_hash
        FROM core_event_object
    ) AS eo
    JOIN (
        SELECT
            v.rowid AS event_row,
            hash(v.event_id) AS event_hash,
            v.timestamp,
            v.event_no,
            a.activity_no
        FROM core_event AS v
        JOIN _activity AS a ON a.activity = v.activity
    ) AS e ON e.event_hash = eo.event_hash
    JOIN _case AS c ON c.case_hash = eo.case_hash
),
numbered AS (
    SELECT
        case_key,
        dense_rank() OVER trace AS step_no,
        activity_no,
        lead(activity_no) OVER trace AS next_activity_no,
        timestamp,
        lead(timestamp) OVER trace AS next_timestamp,
        event_row,
        lead(event_row) OVER trace AS next_event_row
    FROM pair
    WINDOW trace AS (PARTITION BY case_key ORDER BY timestamp, event_no, event_hash)
)
SELECT
    case_key,
    step_no,
    activity_no,
    next_activity_no,
    timestamp,
    next_timestamp,
    event_row
FROM numbered
WHERE next_event_row IS DISTINCT FROM event_row
