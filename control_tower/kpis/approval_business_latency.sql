/* ---
number    = "K17"
title     = "Approval latency in business hours"
question  = "How many working hours does an approver take to decide?"
formula   = "as the approval latency (Kaplan-Meier, pending ones censored at the clock), counting only business hours of the calendar of the exception's site, in its time zone"
grain     = "approval"
aggregate = "survival"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["core_approval.submitted_at", "mart_shift"]
note      = "Business hours, not elapsed ones. An approval without an exception at a site with a calendar is listed, not counted."
--- */
WITH lasted AS (
    SELECT
        asked.approval_id,
        asked.submitted_at AS started_at,
        coalesce(asked.decided_at, clock.as_of) AS finished_at,
        asked.decided_at IS NOT NULL AS weight,
        coalesce(asked.decided_at, clock.as_of) >= asked.submitted_at AS is_known,
        asked.source_system,
        asked.approver,
        asked.policy_rule_id,
        site.calendar_code,
        site.time_zone
    FROM core_approval AS asked
    LEFT JOIN source_clock AS clock ON asked.source_system = clock.source_system
    LEFT JOIN mart_exception AS raised ON asked.exception_id = raised.exception_id
    LEFT JOIN core_site AS site ON raised.site_id = site.site_id
    WHERE asked.submitted_at IS NOT NULL
)

SELECT
    lasted.approval_id,
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
    lasted.source_system,
    lasted.approver,
    lasted.policy_rule_id
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
