/* ---
number    = "K07"
title     = "Duplicate transactions"
question  = "How many business transactions arrive more than once?"
formula   = "1,000 x business keys first seen in the period with more than one message id or idempotency key on one interface / orders booked in the period"
grain     = "transaction"
aggregate = "ratio"
unit      = "per_1000"
better    = "lower"
owner     = "Integration"
needs     = ["core_integration_message.business_key", "core_order.order_at"]
note      = "Retries of one message carry its idempotency key and are no duplicates; nor are an order's messages of other kinds, each on its interface."
--- */
SELECT
    'message ' || business_key AS transaction_id,
    first_sent_at AS measured_on,
    1 AS value,
    0 AS weight,
    source_system
FROM mart_repeated_transaction
UNION ALL
SELECT
    'order ' || order_id AS transaction_id,
    order_at AS measured_on,
    0 AS value,
    1 AS weight,
    source_system
FROM core_order
