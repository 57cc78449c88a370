/* Grain: one row per currency and day on which something has to be converted, with the rate of that day: so that
   the marts join by equality, however many rates there are. */
WITH wanted AS (
    SELECT
        coalesce(l.currency_code, o.currency_code) AS currency_code,
        CAST(coalesce(o.order_at, o.promise_date, k.as_of) AS DATE) AS rate_date
    FROM core_order_line AS l
    LEFT JOIN core_order AS o ON o.order_id = l.order_id
    LEFT JOIN source_clock AS k ON k.source_system = l.source_system
    UNION
    SELECT
        currency_code,
        CAST(detected_at AS DATE) AS rate_date
    FROM core_exception
    UNION
    SELECT
        currency_code,
        CAST(shipped_at AS DATE) AS rate_date
    FROM core_shipment
    WHERE shipped_at IS NOT NULL
)
SELECT
    w.currency_code,
    w.rate_date,
    p.rate
FROM wanted AS w
JOIN _currency_period AS p
    ON
        p.currency_code = w.currency_code
        AND w.rate_date >= p.valid_from
        AND (p.valid_to IS NULL OR w.rate_date < p.valid_to)
