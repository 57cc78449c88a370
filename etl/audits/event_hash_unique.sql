/* ---
title = "No two events share a hash, so mining joined them rightly"
blocks_publishing = true
--- */
SELECT
    hash(event_id) AS event_hash,
    count(*) AS event_count
FROM core_event
GROUP BY hash(event_id)
HAVING count(*) > 1
