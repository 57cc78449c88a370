/* Grain: one row per change of a proposal or an exception's case, done by a user or a service account. */
SELECT
    'tower:A' || CAST(sequence_no AS VARCHAR) AS event_id,
    sequence_no AS event_no,
    CASE action
        WHEN 'proposal.fail' THEN 'Proposal failed'
        WHEN 'outbox.replay' THEN 'Replay message'
        WHEN 'case.task_add' THEN 'Add task'
        WHEN 'case.task_close' THEN 'Close task'
        WHEN 'case.mark_duplicate' THEN 'Mark exception as duplicate'
        WHEN 'case.mark_false_positive' THEN 'Mark exception as false positive'
        ELSE
            upper(substr(split_part(action, '.', 2), 1, 1)) || substr(split_part(action, '.', 2), 2)
            || CASE split_part(action, '.', 1) WHEN 'case' THEN ' exception' ELSE ' proposal' END
    END AS activity,
    acted_at AS timestamp,
    'complete' AS lifecycle,
    actor_id AS resource,
    CASE WHEN actor_id LIKE 'service.%' THEN 'automatic' ELSE 'human' END AS resource_type,
    nullif(reason, '') AS note,
    file_no,
    file_line
FROM raw_control_tower_store__audit
WHERE subject_type IN ('proposal', 'exception_case', 'case_task')
