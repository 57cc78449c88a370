/* Grain: one row per case of a view. A case that several systems touch is of the one that wrote its first event:
   there it began, and that system's clock says how long it has been open. An exception is open as mart_exception says; an order until it is complete
   or cancelled; any other object is taken as finished, because nothing says when it ends. */
WITH unfinished AS (
    SELECT
        'exception' AS view,
        exception_id AS case_id
    FROM mart_exception
    WHERE is_open
    UNION ALL
    SELECT
        'order' AS view,
        order_id AS case_id
    FROM core_order
    WHERE complete_at IS NULL AND cancelled_at IS NULL
),
began AS (
    SELECT
        c.case_key,
        e.source_system
    FROM _step AS s
    JOIN _case AS c ON c.case_key = s.case_key
    JOIN core_event AS e ON e.rowid = s.event_row
    WHERE s.step_no = 1 AND c.is_of_several
)
SELECT
    c.view,
    c.case_no,
    c.case_id,
    coalesce(b.source_system, c.source_system) AS source_system,
    v.variant_no,
    t.step_count,
    t.started_at,
    t.ended_at,
    floor(epoch(t.ended_at)) - floor(epoch(t.started_at)) AS throughput_seconds,
    (u.case_id IS NOT NULL) AS is_open
FROM _trace AS t
JOIN _case AS c ON c.case_key = t.case_key
JOIN _variant AS v
    ON v.view = c.view
    AND v.sequence = t.sequence
    AND v.sequence_again = t.sequence_again
LEFT JOIN began AS b ON b.case_key = c.case_key
LEFT JOIN unfinished AS u ON u.view = c.view AND u.case_id = c.case_id
