/* Grain: one row per exception: when it stopped being open, by date, else by its last ending state. That the tower
   calls it resolved does not end it: its own system must (ruling 5). */
SELECT
    e.exception_id,
    CASE
        WHEN e.resolved_at IS NOT NULL OR e.closed_at IS NOT NULL OR e.cancelled_at IS NOT NULL
            THEN least(
                coalesce(e.resolved_at, e.closed_at, e.cancelled_at),
                coalesce(e.closed_at, e.resolved_at, e.cancelled_at),
                coalesce(e.cancelled_at, e.resolved_at, e.closed_at)
            )
        WHEN e.status IN ('resolved', 'closed', 'cancelled', 'duplicate', 'false_positive')
            THEN coalesce(s.last_changed_at, e.detected_at)
    END AS ended_at
FROM core_exception AS e
LEFT JOIN (
    SELECT exception_id, max(changed_at) AS last_changed_at
    FROM core_exception_state
    WHERE
        status IN ('resolved', 'closed', 'cancelled', 'duplicate', 'false_positive')
        AND source_system <> 'control_tower_store'
    GROUP BY exception_id
) AS s ON s.exception_id = e.exception_id
