/* Grain: one row per try to hand over a message of the outbox. A try after a dead letter is a replay; a message that
   arrived at last had recovered then. */
WITH numbered AS (
    SELECT
        key,
        attempt,
        attempted_at,
        status,
        receiver,
        http_code,
        error_class,
        kind,
        proposal_id,
        exception_id,
        order_id,
        lead(attempted_at) OVER (PARTITION BY key ORDER BY attempt) AS next_at,
        min(CASE WHEN status = 'ok' THEN attempted_at END) OVER (PARTITION BY key) AS arrived_at,
        file_no,
        file_line
    FROM raw_control_tower_store__attempt
)

SELECT
    'tower:' || key AS message_id,
    attempt,
    'outbox.' || kind AS interface_id,
    attempted_at AS sent_at,
    status,
    'tower:' || proposal_id AS correlation_id,
    coalesce(order_id, proposal_id) AS business_key,
    key AS idempotency_key,
    http_code,
    error_class,
    receiver AS consumer,
    CASE WHEN status = 'dead_letter' THEN attempted_at END AS dlq_at,
    CASE WHEN status = 'dead_letter' THEN next_at END AS replayed_at,
    CASE WHEN status <> 'ok' THEN arrived_at END AS recovered_at,
    order_id,
    exception_id,
    file_no,
    file_line
FROM numbered
