/* ---
title = "Every exception is an object, so that its events are its trace"
blocks_publishing = true
--- */
SELECT e.exception_id
FROM core_exception AS e
LEFT JOIN core_object AS o ON o.object_id = e.exception_id AND o.object_type = 'exception'
WHERE o.object_id IS NULL
