/* ---
number    = "K27"
title     = "Spread of first responses"
question  = "How differently fast do agents react for the first time?"
formula   = "interquartile range / median, over agents, of each agent's median hours from detected to acknowledged, exceptions acknowledged in the period"
grain     = "exception"
aggregate = "derived"
unit      = "ratio"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception.acknowledged_at", "mart_exception.owner_user_id"]
function  = "spread"
note      = "The agent is the exception's owner as the source says now."
--- */
SELECT
    exception_id,
    acknowledged_at AS measured_on,
    CASE
        WHEN NOT is_time_suspect AND acknowledged_at >= detected_at
            THEN (epoch(acknowledged_at) - epoch(detected_at)) / 3600.0
    END AS value,
    1 AS weight,
    owner_user_id AS part
FROM mart_exception
WHERE acknowledged_at IS NOT NULL
