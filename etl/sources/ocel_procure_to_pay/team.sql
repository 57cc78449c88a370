-- One row per department or role that does events; the log names no person.
SELECT
    resource AS team_id,
    resource AS name,
    resource AS department,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM raw_ocel_procure_to_pay__event_detail
WHERE resource IS NOT NULL
GROUP BY resource
