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
        s.view,
        s.case_no,
        e.source_system
    FROM mart_event_step AS s
    JOIN _case AS c ON c.view = s.view AND c.case_no = s.case_no
    JOIN core_event AS e ON e.rowid = s.event_row
    WHERE s.step_no = 1 AND c.is_of_several
)
SELECT
    t.view,
    t.case_no,
    c.case_id,
    coalesce(b.source_system, c.source_system) AS source_system,
    v.variant_no,
    t.step_count,
    t.started_at,
    t.ended_at,
    floor(epoch(t.ended_at)) - floor(epoch(t.started_at)) AS throughput_seconds,
    (u.case_id IS NOT NULL) AS is_open
FROM _trace AS t
JOIN _case AS c ON c.view = t.view AND c.case_no = t.case_no
JOIN mart_variant AS v ON v.view = t.view AND v.activity_nos = t.activity_nos
LEFT JOIN began AS b ON b.view = c.view AND b.case_no = c.case_no
LEFT JOIN unfinished AS u ON u.view = c.view AND u.case_id = c.case_id
