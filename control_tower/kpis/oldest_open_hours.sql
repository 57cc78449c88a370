/* ---
number       = "K10"
title        = "Oldest open exception"
question     = "How long has the oldest open exception been waiting?"
formula      = "largest age at T of the exceptions open at T, each by the clock of its own source"
grain        = "exception"
aggregate    = "stock"
unit         = "hours"
better       = "lower"
owner        = "Operations"
needs        = ["mart_exception"]
stock_figure = "max"
--- */
SELECT
    exception_id,
    detected_at AS valid_from,
    ended_at AS valid_to,
    CASE
        WHEN NOT is_time_suspect
            THEN (epoch(least(CAST($at AS TIMESTAMP), as_of)) - epoch(detected_at)) / 3600.0
    END AS value,
    1 AS weight
FROM mart_exception
