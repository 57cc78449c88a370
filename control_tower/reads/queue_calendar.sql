/* Grain: one row per working interval of a calendar (kind 'open') or closed day (kind 'closed'): what SLA clocks run by. */
SELECT
    'open' AS kind,
    calendar_code,
    weekday,
    opens,
    closes,
    NULL::DATE AS closed_date
FROM ref_calendar
UNION ALL
SELECT
    'closed' AS kind,
    calendar_code,
    NULL AS weekday,
    NULL AS opens,
    NULL AS closes,
    holiday_date AS closed_date
FROM ref_holiday
WHERE holiday_date >= (SELECT as_of FROM policy)::DATE - 400 AND holiday_date <= (SELECT as_of FROM policy)::DATE + 800
ORDER BY kind DESC, calendar_code, weekday, opens, closed_date
LIMIT 1000
