/* Grain: one row per case of a view. An exception is open as mart_exception says; an order until it is complete
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
)
SELECT
    t.view,
    t.case_no,
    c.case_id,
    c.source_system,
    v.variant_no,
    t.step_count,
    t.started_at,
    t.ended_at,
    floor(epoch(t.ended_at)) - floor(epoch(t.started_at)) AS throughput_seconds,
    (u.case_id IS NOT NULL) AS is_open
FROM _trace AS t
JOIN _case AS c ON c.view = t.view AND c.case_no = t.case_no
JOIN mart_variant AS v ON v.view = t.view AND v.activity_nos = t.activity_nos
LEFT JOIN unfinished AS u ON u.view = c.view AND u.case_id = c.case_id
