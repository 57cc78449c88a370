/* Grain: one row per case of a view. An exception is open as mart_exception says; an order until it is complete
   or cancelled; any other object is taken as finished, because nothing says when it ends. */
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
    coalesce(
        CASE
            WHEN t.view = 'exception' THEN e.is_open
            WHEN t.view = 'order' THEN o.complete_at IS NULL AND o.cancelled_at IS NULL AND o.order_id IS NOT NULL
        END,
        false
    ) AS is_open
FROM _trace AS t
JOIN _case AS c ON c.view = t.view AND c.case_no = t.case_no
JOIN mart_variant AS v ON v.view = t.view AND v.activity_nos = t.activity_nos
LEFT JOIN mart_exception AS e ON t.view = 'exception' AND e.exception_id = c.case_id
LEFT JOIN core_order AS o ON t.view = 'order' AND o.order_id = c.case_id
