/* ---
number    = "K07"
title     = "Failed transactions"
question  = "How many messages fail for good?"
formula   = "1,000 x messages whose last attempt did not succeed / messages, by the first attempt"
grain     = "message"
aggregate = "ratio"
unit      = "per_1000"
better    = "lower"
owner     = "Integration"
needs     = ["core_integration_message"]
--- */
SELECT
    message_id,
    min(sent_at) AS measured_on,
    arg_max(status, attempt) != 'ok' AS value,
    1 AS weight,
    min(source_system) AS source_system,
    min(interface_id) AS interface_id,
    arg_max(error_class, attempt) AS error_class,
    min(consumer) AS consumer
FROM core_integration_message
GROUP BY message_id
