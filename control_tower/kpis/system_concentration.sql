/* ---
number    = "K51"
title     = "Concentration by system"
question  = "Does the trouble come from a few systems?"
formula   = "exceptions detected in the period of the three systems with most / all of them; sum of squared shares, money, touches and the rate per 1,000 orders booked in the period in the detail"
grain     = "subject"
aggregate = "derived"
unit      = "percent"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception", "core_order.order_at"]
function  = "top_share"
part      = "source_system"
note      = "Size is not fault: read the rate beside the share. Orders are counted at the system that booked them, so a system that books none has no rate."
--- */
WITH touched AS (
    SELECT
        object_id,
        count(*) AS touch_count
    FROM mart_touch
    WHERE object_type = 'exception'
    GROUP BY object_id
),

worth AS (
    SELECT
        exception_id,
        value_at_risk_amount AS amount,
        row_number() OVER (
            PARTITION BY coalesce(order_line_id, order_id, exception_id)
            ORDER BY value_at_risk_amount DESC NULLS LAST, exception_id
        ) AS place
    FROM mart_exception
    WHERE
        coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
)

SELECT
    'exception ' || raised.exception_id AS subject_id,
    raised.detected_at AS measured_on,
    1 AS value,
    0 AS weight,
    CASE WHEN worth.place = 1 THEN worth.amount END AS amount,
    touched.touch_count,
    raised.source_system,
    raised.supplier_id,
    raised.site_id,
    raised.process_step,
    raised.category,
    raised.type_code,
    raised.severity,
    raised.root_cause_code
FROM mart_exception AS raised
INNER JOIN worth ON raised.exception_id = worth.exception_id
LEFT JOIN touched ON raised.exception_id = touched.object_id
UNION ALL
SELECT
    'order ' || booked.order_id AS subject_id,
    booked.order_at AS measured_on,
    0 AS value,
    1 AS weight,
    NULL AS amount,
    NULL AS touch_count,
    booked.source_system,
    '(an order has none)' AS supplier_id,
    booked.site_id,
    '(an order has none)' AS process_step,
    '*' AS category,
    '*' AS type_code,
    '*' AS severity,
    '*' AS root_cause_code
FROM core_order AS booked
WHERE booked.order_at IS NOT NULL
