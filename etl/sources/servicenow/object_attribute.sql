-- One row per incident, attribute and change of its value: what the log knows of an incident beyond the
-- columns of core_exception. An attribute that never had a value has no row; one that lost it has a null.
WITH long AS (
    SELECT
        number,
        sys_mod_count,
        sys_updated_at,
        file_no,
        file_line,
        attribute,
        value
    FROM (
        SELECT
            number,
            sys_mod_count,
            sys_updated_at,
            file_no,
            file_line,
            caller_id,
            opened_by,
            contact_type,
            location,
            category,
            subcategory,
            u_symptom,
            cmdb_ci,
            impact,
            urgency,
            priority,
            assignment_group,
            assigned_to,
            CAST(knowledge AS VARCHAR) AS knowledge,
            CAST(u_priority_confirmation AS VARCHAR) AS u_priority_confirmation,
            notify,
            problem_id,
            rfc,
            vendor,
            caused_by,
            closed_code,
            resolved_by,
            CAST(made_sla AS VARCHAR) AS made_sla
        FROM raw_servicenow__incident_event_log
    )
    UNPIVOT INCLUDE NULLS (
        value FOR attribute IN (
            caller_id, opened_by, contact_type, location, category, subcategory, u_symptom, cmdb_ci, impact, urgency,
            priority, assignment_group, assigned_to, knowledge, u_priority_confirmation, notify, problem_id, rfc, vendor,
            caused_by, closed_code, resolved_by, made_sla
        )
    )
),

compared AS (
    SELECT
        number,
        attribute,
        value,
        sys_updated_at,
        file_no,
        file_line,
        row_number() OVER in_order AS step_no,
        lag(value) OVER in_order AS previous_value
    FROM long
    WINDOW in_order AS (PARTITION BY number, attribute ORDER BY sys_mod_count, sys_updated_at, file_no, file_line)
)

SELECT
    number AS object_id,
    attribute,
    sys_updated_at AS valid_from,
    step_no AS sequence_no,
    value,
    file_no,
    file_line
FROM compared
WHERE value IS DISTINCT FROM previous_value
