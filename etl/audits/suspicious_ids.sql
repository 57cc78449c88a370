/* ---
title = "No id hides characters or mixes scripts"
blocks_publishing = false
--- */
SELECT
    relation,
    suspicious_id,
    why
FROM suspicious_id
