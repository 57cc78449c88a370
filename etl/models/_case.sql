/* Grain: one row per object that takes part in at least one event: a case of the view of its type.
   Numbered by type and id, so that equal inputs give equal numbers; case_key numbers across all views.
   Which of several systems a case belongs to is mart_case's to say. */
SELECT
    object_type AS view,
    object_id AS case_id,
    hash(object_type, object_id) AS case_hash,
    min(source_system) AS source_system,
    (min(hash(source_system)) <> max(hash(source_system))) AS is_of_several,
    row_number() OVER (PARTITION BY object_type ORDER BY object_id) AS case_no,
    row_number() OVER (ORDER BY object_type, object_id) AS case_key
FROM core_event_object
GROUP BY object_type, object_id
