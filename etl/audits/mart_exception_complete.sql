/* ---
title = "Every exception is in the mart exactly once"
blocks_publishing = true
--- */
SELECT
    e.exception_id,
    count(m.exception_id) AS mart_rows
FROM core_exception AS e
LEFT JOIN mart_exception AS m ON m.exception_id = e.exception_id
GROUP BY e.exception_id
HAVING count(m.exception_id) <> 1
