/* Grain: one row per other exception related to $exception_id, and how: it caused it, was caused by it, is about the
   same order line or order, or is the same problem again (recurrence key). The closest relation counts. */
WITH own AS (
    SELECT
        exception_id,
        parent_exception_id,
        order_id,
        order_line_id,
        recurrence_key
    FROM mart_exception
    WHERE exception_id = $exception_id
),
related AS (
    SELECT
        other.exception_id,
        other.type_title,
        other.severity,
        other.status,
        other.is_open,
        other.detected_at,
        other.resolved_at,
        CASE
            WHEN other.exception_id = own.parent_exception_id THEN 'cause'
            WHEN other.parent_exception_id = own.exception_id THEN 'consequence'
            WHEN other.order_line_id = own.order_line_id THEN 'same order line'
            WHEN other.order_id = own.order_id THEN 'same order'
            WHEN other.recurrence_key = own.recurrence_key THEN 'same problem'
        END AS relation
    FROM {exceptions} AS other
    CROSS JOIN own
    WHERE other.exception_id != own.exception_id
)
SELECT
    exception_id,
    relation,
    type_title,
    severity,
    status,
    is_open,
    detected_at,
    resolved_at
FROM related
WHERE relation IS NOT NULL
ORDER BY
    CASE relation
        WHEN 'cause' THEN 1 WHEN 'consequence' THEN 2 WHEN 'same order line' THEN 3 WHEN 'same order' THEN 4 ELSE 5
    END,
    detected_at DESC,
    exception_id
LIMIT 200
