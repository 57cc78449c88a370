/* ---
number    = "K60"
title     = "Assist abstained"
question  = "How often does the assist rather say nothing?"
formula   = "recommendations of the period in which the assist abstained / all of them"
grain     = "recommendation"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Governance"
needs     = ["core_recommendation.response"]
note      = "Waits for recommendations and what became of them."
--- */
SELECT
    recommendation_id,
    made_at AS measured_on,
    response = 'abstained' AS value,
    1 AS weight,
    source_system
FROM core_recommendation
WHERE response IS NOT NULL
