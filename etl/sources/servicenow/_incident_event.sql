-- One row per event of the log (= row of the file), with its id, its place in its incident, and what stood
-- before it. The id comes from the whole content, so that the same row in another file is the same event.
WITH identified AS (
    SELECT
        number,
        incident_state,
        reassignment_count,
        reopen_count,
        sys_mod_count,
        made_sla,
        opened_at,
        sys_updated_by,
        sys_updated_at,
        location,
        category,
        priority,
        assignment_group,
        assigned_to,
        closed_code,
        caused_by,
        resolved_at,
        closed_at,
        file_no,
        file_line,
        number || ':' || CAST(sys_mod_count AS VARCHAR) || ':' || left(md5(concat_ws(
            '|', incident_state, active, reassignment_count, reopen_count, made_sla, coalesce(caller_id, '?'),
            coalesce(opened_by, '?'), opened_at, coalesce(sys_created_by, '?'), coalesce(CAST(sys_created_at AS VARCHAR), '?'),
            coalesce(sys_updated_by, '?'), sys_updated_at, coalesce(contact_type, '?'), coalesce(location, '?'),
            coalesce(category, '?'), coalesce(subcategory, '?'), coalesce(u_symptom, '?'), coalesce(cmdb_ci, '?'),
            coalesce(impact, '?'), coalesce(urgency, '?'), coalesce(priority, '?'), coalesce(assignment_group, '?'),
            coalesce(assigned_to, '?'), coalesce(CAST(knowledge AS VARCHAR), '?'),
            coalesce(CAST(u_priority_confirmation AS VARCHAR), '?'), coalesce(notify, '?'), coalesce(problem_id, '?'),
            coalesce(rfc, '?'), coalesce(vendor, '?'), coalesce(caused_by, '?'), coalesce(closed_code, '?'),
            coalesce(resolved_by, '?'), coalesce(CAST(resolved_at AS VARCHAR), '?'), coalesce(CAST(closed_at AS VARCHAR), '?')
        )), 12) AS event_id
    FROM raw_servicenow__incident_event_log
)

SELECT
    number,
    incident_state,
    reassignment_count,
    reopen_count,
    sys_mod_count,
    made_sla,
    opened_at,
    sys_updated_by,
    sys_updated_at,
    location,
    category,
    priority,
    assignment_group,
    assigned_to,
    closed_code,
    caused_by,
    resolved_at,
    closed_at,
    file_no,
    file_line,
    event_id,
    row_number() OVER log_order AS event_no,
    row_number() OVER incident_order AS step_no,
    row_number() OVER incident_backwards AS step_no_from_last,
    lag(incident_state) OVER incident_order AS previous_state,
    lag(reopen_count) OVER incident_order AS previous_reopen_count,
    lag(assignment_group) OVER incident_order AS previous_group
FROM identified
WINDOW
    log_order AS (ORDER BY number, sys_mod_count, sys_updated_at, event_id),
    incident_order AS (PARTITION BY number ORDER BY sys_mod_count, sys_updated_at, event_id),
    incident_backwards AS (PARTITION BY number ORDER BY sys_mod_count DESC, sys_updated_at DESC, event_id DESC)
