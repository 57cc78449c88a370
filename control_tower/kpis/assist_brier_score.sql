/* ---
number    = "K60"
title     = "Assist Brier score"
question  = "How far are the assist's probabilities from what came true?"
formula   = "mean of (probability - whether it came true, 0 or 1) squared, recommendations made in the period with both known; for a breach the probability is that of the breach, else that of the suggestion"
grain     = "recommendation"
aggregate = "mean"
unit      = "ratio"
better    = "lower"
owner     = "Governance"
needs     = ["core_recommendation.probability", "core_recommendation.outcome"]
note      = "Waits for recommendations and what became of them."
--- */
SELECT
    recommendation_id,
    made_at AS measured_on,
    power(CAST(probability AS DOUBLE) - CASE WHEN outcome = CASE WHEN kind = 'breach' THEN 'breach' ELSE suggested END THEN 1.0 ELSE 0.0 END, 2) AS value,
    1 AS weight,
    source_system
FROM core_recommendation
WHERE
    probability IS NOT NULL
    AND outcome IS NOT NULL
