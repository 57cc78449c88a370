/* Grain: one row per reference to something that has not come yet (fault 32). Full rebuilds attach it when it comes.
   A reference counts only where the missing one's own table is filled by the same namespace: a log that brings no
   customer table does not make every order wait for one. */
SELECT
    'core_event_object' AS relation,
    eo.source_system,
    eo.event_id || ' → ' || eo.object_id AS row_key,
    'core_event' AS missing_relation,
    eo.event_id AS missing_id,
    any_value(eo.file_no) AS file_no,
    any_value(eo.file_line) AS file_line
FROM core_event_object AS eo
LEFT JOIN (SELECT hash(event_id) AS event_hash FROM core_event) AS e ON e.event_hash = hash(eo.event_id)
WHERE e.event_hash IS NULL
GROUP BY eo.source_system, eo.event_id, eo.object_id
UNION ALL
SELECT
    'core_event_object' AS relation,
    c.source_system,
    c.case_id AS row_key,
    'core_object' AS missing_relation,
    c.case_id AS missing_id,
    NULL AS file_no,
    NULL AS file_line
FROM _case AS c
LEFT JOIN core_object AS o ON o.object_id = c.case_id AND o.object_type = c.view
WHERE o.object_id IS NULL
UNION ALL
SELECT
    'core_exception_state' AS relation,
    s.source_system,
    s.exception_id || ' #' || s.sequence_no AS row_key,
    'core_exception' AS missing_relation,
    s.exception_id AS missing_id,
    any_value(s.file_no) AS file_no,
    any_value(s.file_line) AS file_line
FROM core_exception_state AS s
LEFT JOIN core_exception AS e ON e.exception_id = s.exception_id
WHERE e.exception_id IS NULL
GROUP BY s.source_system, s.exception_id, s.sequence_no
UNION ALL
SELECT
    'core_order_line' AS relation,
    l.source_system,
    l.order_line_id AS row_key,
    'core_order' AS missing_relation,
    l.order_id AS missing_id,
    l.file_no,
    l.file_line
FROM core_order_line AS l
LEFT JOIN core_order AS o ON o.order_id = l.order_id
WHERE o.order_id IS NULL
UNION ALL
SELECT
    'core_exception' AS relation,
    x.source_system,
    x.exception_id AS row_key,
    'core_order' AS missing_relation,
    x.order_id AS missing_id,
    x.file_no,
    x.file_line
FROM core_exception AS x
LEFT JOIN core_order AS o ON o.order_id = x.order_id
WHERE x.order_id IS NOT NULL AND o.order_id IS NULL
UNION ALL
SELECT
    'core_exception' AS relation,
    x.source_system,
    x.exception_id AS row_key,
    'core_order_line' AS missing_relation,
    x.order_line_id AS missing_id,
    x.file_no,
    x.file_line
FROM core_exception AS x
LEFT JOIN core_order_line AS l ON l.order_line_id = x.order_line_id
WHERE x.order_line_id IS NOT NULL AND l.order_line_id IS NULL
