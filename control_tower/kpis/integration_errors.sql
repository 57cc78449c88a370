/* ---
number    = "K55"
title     = "Integration errors"
question  = "How many errors do interfaces report, and of which class?"
formula   = "count of failed attempts in the period; by interface and error class"
grain     = "attempt"
aggregate = "sum"
unit      = "count"
better    = "lower"
owner     = "Integration"
needs     = ["core_integration_message.error_class"]
--- */
SELECT
    message_id || ' attempt ' || attempt AS attempt_id,
    sent_at AS measured_on,
    1 AS value,
    1 AS weight,
    source_system,
    interface_id,
    coalesce(
        error_class,
        CASE
            WHEN http_code IN (401, 403) THEN 'auth'
            WHEN http_code = 408 THEN 'timeout'
            WHEN http_code = 429 THEN 'rate_limit'
            WHEN http_code BETWEEN 400 AND 499 THEN '4xx'
            WHEN http_code BETWEEN 500 AND 599 THEN '5xx'
        END
    ) AS error_class,
    concat_ws(' | ', interface_id, coalesce(
        error_class,
        CASE
            WHEN http_code IN (401, 403) THEN 'auth'
            WHEN http_code = 408 THEN 'timeout'
            WHEN http_code = 429 THEN 'rate_limit'
            WHEN http_code BETWEEN 400 AND 499 THEN '4xx'
            WHEN http_code BETWEEN 500 AND 599 THEN '5xx'
            ELSE '(not stated)'
        END
    )) AS part
FROM core_integration_message
WHERE status != 'ok'
