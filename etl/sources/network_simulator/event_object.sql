/* Grain: one row per audited change and the proposal it is about. The steps on the exception itself stand in the log
   of the system that keeps it. */
SELECT
    'DESK-' || audit_id AS event_id,
    subject_id AS object_id,
    'proposal' AS object_type,
    'proposal' AS qualifier,
    file_no,
    file_line
FROM raw_network_simulator__audit
