/* ---
number    = "K60"
title     = "Assist calibration error"
question  = "When the assist says 80 %, is it right four times in five?"
formula   = "mean distance between stated probability and share that came true, over deciles of probability weighted by recommendations of the period"
grain     = "recommendation"
aggregate = "derived"
unit      = "ratio"
better    = "lower"
owner     = "Governance"
needs     = ["core_recommendation.probability", "core_recommendation.outcome"]
function  = "calibration"
note      = "Waits for recommendations and what became of them. The deciles stand in the detail."
--- */
SELECT
    recommendation_id,
    made_at AS measured_on,
    CASE WHEN outcome = CASE WHEN kind = 'breach' THEN 'breach' ELSE suggested END THEN 1.0 ELSE 0.0 END AS value,
    1 AS weight,
    CAST(probability AS DOUBLE) AS amount,
    source_system
FROM core_recommendation
WHERE
    probability IS NOT NULL
    AND outcome IS NOT NULL
