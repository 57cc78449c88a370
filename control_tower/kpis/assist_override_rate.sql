/* ---
number    = "K60"
title     = "Assist overridden"
question  = "How often do people decide against the assist?"
formula   = "recommendations made in the period and overridden / those accepted or overridden"
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
    response = 'overridden' AS value,
    1 AS weight,
    source_system
FROM core_recommendation
WHERE response IN ('accepted', 'overridden')
