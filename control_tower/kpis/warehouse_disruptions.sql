/* ---
number    = "K29"
title     = "Warehouse disruptions"
question  = "How often is the warehouse thrown off its plan?"
formula   = "1000 x events of re-planning, wave override or short pick in the period / order lines released in the period"
grain     = "occurrence"
aggregate = "ratio"
unit      = "per_1000"
better    = "lower"
owner     = "Warehouse"
needs     = ["core_event", "mart_order_line.released_at"]
sample    = "weight"
note      = "Recognised by the activity's name: re-plan, plan next, wave override, short pick, pick again. A log that never uses such a name gives no figure rather than 0."
--- */
WITH disruption AS (
    SELECT
        event_id,
        timestamp,
        source_system,
        site_id
    FROM core_event
    WHERE regexp_matches(
        lower(activity), 're-?plan|plan next|wave.{0,3}(override|change)|short.{0,3}pick|pick.{0,3}short|pick again|re-?pick'
    )
)

SELECT
    'event ' || disruption.event_id AS occurrence_id,
    disruption.timestamp AS measured_on,
    1 AS value,
    0 AS weight,
    disruption.source_system,
    disruption.site_id
FROM disruption
UNION ALL
SELECT
    'line ' || line.order_line_id AS occurrence_id,
    line.released_at AS measured_on,
    0 AS value,
    1 AS weight,
    line.source_system,
    line.site_id
FROM mart_order_line AS line
WHERE
    line.released_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM disruption)
