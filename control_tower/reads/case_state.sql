/* Grain: one row per change of state of the exception $exception_id, in order. */
SELECT
    state.sequence_no,
    state.status,
    state.local_status,
    state.changed_at,
    state.user_id,
    state.team_id,
    state.reason,
    state.source_system
FROM core_exception_state AS state
WHERE state.exception_id = $exception_id
ORDER BY state.sequence_no
LIMIT 1000
