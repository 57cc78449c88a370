/* ---
number    = "K33"
title     = "Labour effort"
question  = "How many hours of work do exceptions take?"
formula   = "touches on exceptions in the period x standard minutes of the exception's type (policy's where the type states none) / 60"
grain     = "touch"
aggregate = "sum"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["core_event.resource_type", "mart_exception"]
note      = "Standard minutes, not measured ones."
--- */
SELECT
    touch.event_id || ' on ' || raised.exception_id AS touch_id,
    touch.touched_at AS measured_on,
    coalesce(
        kind.std_minutes,
        (SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'standard_touch_minutes')
    ) / 60.0 AS value,
    1 AS weight,
    raised.source_system,
    raised.category,
    raised.type_code,
    raised.severity,
    raised.site_id,
    raised.supplier_id,
    raised.owner_team_id,
    raised.department,
    raised.root_cause_code
FROM mart_touch AS touch
INNER JOIN mart_exception AS raised ON touch.object_id = raised.exception_id
LEFT JOIN ref_exception_type AS kind ON raised.type_code = kind.type_code
WHERE touch.object_type = 'exception'
