/* ---
title = "Every status is a word of the state machine"
blocks_publishing = true
--- */
SELECT
    exception_id,
    status
FROM core_exception
WHERE
    status NOT IN (
        'new', 'acknowledged', 'in_progress', 'waiting', 'escalated', 'resolved', 'closed', 'cancelled', 'duplicate',
        'false_positive'
    )
