/* Grain: one row per change and the proposal or exception it is about; a proposal's steps are steps of its exceptions too. */
SELECT
    'tower:A' || CAST(sequence_no AS VARCHAR) AS event_id,
    CASE object_type WHEN 'proposal' THEN 'tower:' || object_id ELSE object_id END AS object_id,
    object_type,
    object_type AS qualifier,
    file_no,
    file_line
FROM raw_control_tower_store__link
