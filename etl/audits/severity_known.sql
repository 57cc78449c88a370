/* ---
title = "Every severity is one of the three tiers"
blocks_publishing = true
--- */
SELECT
    exception_id,
    severity
FROM mart_exception
WHERE severity NOT IN ('informational', 'standard', 'critical')
