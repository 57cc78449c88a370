/* ---
number    = "K60"
title     = "Assist accepted"
question  = "How often do people take the assist's advice?"
formula   = "recommendations made in the period and accepted / those accepted or overridden"
grain     = "recommendation"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Governance"
needs     = ["core_recommendation.response"]
note      = "Waits for recommendations and what became of them."
--- */
SELECT
    recommendation_id,
    made_at AS measured_on,
    response = 'accepted' AS value,
    1 AS weight,
    source_system
FROM core_recommendation
WHERE response IN ('accepted', 'overridden')
