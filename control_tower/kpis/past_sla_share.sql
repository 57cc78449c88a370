/* ---
number       = "K10"
title        = "Share of open exceptions past SLA"
question     = "What share of the open exceptions is past its due time?"
formula      = "exceptions open at T whose due time is before T / exceptions open at T that have a due time or, from the source's clock on, its flag"
grain        = "exception"
aggregate    = "stock"
unit         = "percent"
better       = "lower"
owner        = "Operations"
needs        = ["mart_exception.sla_breached"]
stock_figure = "ratio"
--- */
SELECT
    exception_id,
    CASE WHEN sla_due_at IS NULL THEN greatest(as_of, detected_at) ELSE detected_at END AS valid_from,
    ended_at AS valid_to,
    CASE WHEN sla_due_at IS NULL THEN sla_breached ELSE sla_due_at <= $at END AS value,
    1 AS weight,
    CASE
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 4 * 3600 THEN '0-4h'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 24 * 3600 THEN '4-24h'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 72 * 3600 THEN '1-3d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 168 * 3600 THEN '3-7d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) < 336 * 3600 THEN '7-14d'
        WHEN epoch(CASE WHEN NOT is_time_suspect THEN least(CAST($at AS TIMESTAMP), as_of) END) - epoch(detected_at) >= 336 * 3600 THEN 'over-14d'
    END AS aging_bucket,
    sla_basis
FROM mart_exception
WHERE
    sla_due_at IS NOT NULL
    OR sla_breached IS NOT NULL
