/* ---
title = "A view's trace holds every event of its object, once, in time order"
blocks_publishing = true
--- */
SELECT
    view,
    case_no,
    step_no,
    gap_seconds
FROM mart_event_step
WHERE gap_seconds < 0 OR (next_activity_no IS NULL AND gap_seconds IS NOT NULL)
