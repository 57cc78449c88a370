/* ---
number    = "K09"
title     = "Resolution cycle time in business hours"
question  = "How many hours of the site's working time pass until half of all exceptions are resolved, counting those still open?"
formula   = "as the resolution cycle time (Kaplan-Meier), counting only business hours: the site's calendar without its holidays, in the site's time zone"
grain     = "exception"
aggregate = "survival"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception", "mart_shift"]
note      = "Business hours, not elapsed ones. Pauses are not taken out, because only their sum is known. An exception without a site, or at a site without calendar, is listed, not counted."
--- */
WITH lasted AS (
    SELECT
        raised.exception_id,
        raised.detected_at AS started_at,
        coalesce(raised.resolved_at, raised.ended_at, raised.as_of) AS finished_at,
        raised.resolved_at IS NOT NULL AS weight,
        raised.resolved_at IS NULL AND raised.ended_at IS NOT NULL AS is_competing,
        NOT raised.is_time_suspect
        AND coalesce(raised.resolved_at, raised.ended_at, raised.as_of) >= raised.detected_at AS is_known,
        site.calendar_code,
        site.time_zone
    FROM mart_exception AS raised
    LEFT JOIN core_site AS site ON raised.site_id = site.site_id
    WHERE
        coalesce(raised.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND raised.status NOT IN ('duplicate', 'false_positive')
)

SELECT
    lasted.exception_id,
    lasted.started_at AS measured_on,
    CASE
        WHEN lasted.is_known
            THEN (
                last_shift.before_seconds + least(epoch(lasted.finished_at) - epoch(last_shift.opens_at), last_shift.open_seconds)
                - first_shift.before_seconds
                - least(epoch(lasted.started_at) - epoch(first_shift.opens_at), first_shift.open_seconds)
            ) / 3600.0
    END AS value,
    lasted.weight,
    lasted.is_competing
FROM lasted
ASOF LEFT JOIN mart_shift AS first_shift
    ON
        lasted.calendar_code = first_shift.calendar_code
        AND lasted.time_zone = first_shift.time_zone
        AND lasted.started_at >= first_shift.opens_at
ASOF LEFT JOIN mart_shift AS last_shift
    ON
        lasted.calendar_code = last_shift.calendar_code
        AND lasted.time_zone = last_shift.time_zone
        AND lasted.finished_at >= last_shift.opens_at
