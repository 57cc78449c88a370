/* Grain: one row per object that takes part in at least one event: a case of the view of its type.
   Numbered by type and id, so that equal inputs give equal numbers; case_key numbers across all views.
   Which of several systems a case belongs to is mart_case's to say. */
WITH taking_part AS (
    SELECT
        object_type AS view,
        object_id AS case_id,
        min(source_system) AS source_system,
        (min(source_system) <> max(source_system)) AS is_of_several
    FROM core_event_object
    GROUP BY object_type, object_id
),
numbered AS (
    SELECT
        view,
        case_id,
        source_system,
        is_of_several,
        row_number() OVER (ORDER BY view, case_id) AS case_key
    FROM taking_part
)
SELECT
    view,
    case_id,
    hash(view, case_id) AS case_hash,
    source_system,
    is_of_several,
    case_key - min(case_key) OVER (PARTITION BY view) + 1 AS case_no,
    case_key
FROM numbered
