/* Grain: one row per touch: a human event on an order or an exception that is not the same person going on within
   the policy's gap. Logs that name no human resource have none, and cost nothing here. */
WITH human_event AS (
    SELECT DISTINCT
        l.object_type,
        l.object_id,
        e.event_id,
        e.event_no,
        e.timestamp,
        e.resource
    FROM core_event AS e
    INNER JOIN core_event_object AS l ON e.event_id = l.event_id
    WHERE
        e.resource_type = 'human'
        AND l.object_type IN ('order', 'exception')
),
neighbour AS (
    SELECT
        object_type,
        object_id,
        event_id,
        timestamp,
        resource,
        lag(timestamp) OVER (PARTITION BY object_type, object_id ORDER BY timestamp, event_no, event_id) AS previous_at,
        lag(resource) OVER (PARTITION BY object_type, object_id ORDER BY timestamp, event_no, event_id) AS previous_resource
    FROM human_event
),
touch AS (
    SELECT
        n.object_type,
        n.object_id,
        n.event_id,
        n.timestamp AS touched_at,
        CASE WHEN n.object_type = 'order' THEN n.object_id END AS order_id
    FROM neighbour AS n
    WHERE
        n.previous_at IS NULL
        OR n.resource IS DISTINCT FROM n.previous_resource
        OR floor(epoch(n.timestamp)) - floor(epoch(n.previous_at)) > (
            SELECT p.value FROM policy_parameter AS p WHERE p.name = 'touch_gap_seconds'
        )
),
billed AS (
    SELECT
        i.order_id,
        min(i.posted_at) AS posted_at
    FROM core_invoice AS i
    WHERE i.direction = 'receivable'
    GROUP BY i.order_id
)
SELECT
    t.object_type,
    t.object_id,
    t.event_id,
    t.touched_at,
    CASE
        WHEN o.order_id IS NOT NULL
            THEN t.touched_at >= o.order_at AND (b.posted_at IS NULL OR t.touched_at <= b.posted_at)
    END AS is_in_flow
FROM touch AS t
LEFT JOIN core_order AS o ON t.order_id = o.order_id
LEFT JOIN billed AS b ON b.order_id = o.order_id
