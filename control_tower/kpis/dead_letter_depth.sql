/* ---
number    = "K56"
title     = "Dead letters"
question  = "How many messages lie among the dead letters?"
formula   = "count of messages put to the dead letters by T and not taken out at T"
grain     = "message"
aggregate = "stock"
unit      = "count"
better    = "lower"
owner     = "Integration"
needs     = ["core_integration_message"]
--- */
SELECT
    message_id,
    min(dlq_at) AS valid_from,
    max(replayed_at) AS valid_to,
    1 AS value,
    1 AS weight,
    min(source_system) AS source_system,
    min(interface_id) AS interface_id
FROM core_integration_message
WHERE dlq_at IS NOT NULL
GROUP BY message_id
