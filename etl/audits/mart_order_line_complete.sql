/* ---
title = "Every order line is in the mart exactly once"
blocks_publishing = true
--- */
SELECT
    l.order_line_id,
    count(m.order_line_id) AS mart_rows
FROM core_order_line AS l
LEFT JOIN mart_order_line AS m ON m.order_line_id = l.order_line_id
GROUP BY l.order_line_id
HAVING count(m.order_line_id) <> 1
