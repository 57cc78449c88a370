/* Grain: one row per audited change of a proposal. */
SELECT
    'DESK-' || audit_id AS event_id,
    sequence_no AS event_no,
    CASE action
        WHEN 'draft' THEN 'Draft proposal'
        WHEN 'submitted' THEN 'Submit proposal'
        WHEN 'approved' THEN 'Approve proposal'
        WHEN 'rejected' THEN 'Reject proposal'
        ELSE 'Release proposal'
    END AS activity,
    acted_at AS timestamp,
    'complete' AS lifecycle,
    actor AS resource,
    CASE actor WHEN 'tower' THEN 'automatic' ELSE 'human' END AS resource_type,
    file_no,
    file_line
FROM raw_network_simulator__audit
