/* Grain: one row per calendar, time zone and stretch of business hours between the build's first and last exception
   or approval: when it opens (UTC, whatever the season), how long it is, and how much there was before it. Business
   hours between two instants are the difference of what has passed at each. No site calendar, no rows, no cost. */
WITH place AS (
    SELECT DISTINCT
        s.calendar_code,
        s.time_zone
    FROM core_site AS s
    WHERE s.calendar_code IS NOT NULL AND s.time_zone IS NOT NULL
),
span AS (
    SELECT
        CAST(least(min(e.detected_at), (SELECT min(a.submitted_at) FROM core_approval AS a)) AS DATE) - 14 AS first_date,
        CAST((SELECT p.as_of FROM policy AS p) AS DATE) + 1 AS last_date
    FROM mart_exception AS e
),
calendar_day AS (
    SELECT
        p.calendar_code,
        p.time_zone,
        CAST(unnest(generate_series(CAST(s.first_date AS TIMESTAMP), CAST(s.last_date AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE) AS local_date
    FROM place AS p
    CROSS JOIN span AS s
),
shift AS (
    SELECT
        d.calendar_code,
        d.time_zone,
        timezone('UTC', timezone(d.time_zone, d.local_date + c.opens)) AS opens_at,
        timezone('UTC', timezone(
            d.time_zone, d.local_date + c.closes + CASE WHEN c.closes <= c.opens THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END
        )) AS closes_at
    FROM calendar_day AS d
    INNER JOIN ref_calendar AS c ON c.calendar_code = d.calendar_code AND c.weekday = isodow(d.local_date)
    LEFT JOIN ref_holiday AS h ON h.calendar_code = d.calendar_code AND h.holiday_date = d.local_date
    WHERE h.holiday_date IS NULL
)
SELECT
    calendar_code,
    time_zone,
    opens_at,
    CAST(epoch(closes_at) - epoch(opens_at) AS BIGINT) AS open_seconds,
    CAST(coalesce(sum(epoch(closes_at) - epoch(opens_at)) OVER (
        PARTITION BY calendar_code, time_zone ORDER BY opens_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0) AS BIGINT) AS before_seconds
FROM shift
