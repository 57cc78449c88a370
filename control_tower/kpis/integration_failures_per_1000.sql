/* ---
number    = "K54"
title     = "Integration failures"
question  = "How often does an attempt to pass a message fail?"
formula   = "1,000 x failed attempts / attempts, by interface"
grain     = "attempt"
aggregate = "ratio"
unit      = "per_1000"
better    = "lower"
owner     = "Integration"
needs     = ["core_integration_message"]
--- */
SELECT
    message_id || ' attempt ' || attempt AS attempt_id,
    sent_at AS measured_on,
    status != 'ok' AS value,
    1 AS weight,
    source_system,
    interface_id,
    error_class,
    consumer
FROM core_integration_message
