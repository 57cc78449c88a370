/* ---
number       = "K11"
title        = "Backorder age"
question     = "How long have backordered quantities been waiting?"
formula      = "mean of T - (backordered, else first failed reservation) over lines waiting at T, weighted by quantity"
grain        = "order_line"
aggregate    = "stock"
unit         = "days"
better       = "lower"
owner        = "Supply"
needs        = ["mart_order_line.ordered_qty"]
stock_figure = "mean"
note         = "Quantities are those of the build: at an earlier instant a line that has shipped since counts with what was ordered and not cancelled."
--- */
SELECT
    order_line_id,
    coalesce(backordered_at, reservation_failed_at) AS valid_from,
    coalesce(complete_ship_at, cancelled_at) AS valid_to,
    (epoch(least(CAST($at AS TIMESTAMP), as_of)) - epoch(coalesce(backordered_at, reservation_failed_at))) / 86400.0 AS value,
    CASE
        WHEN complete_ship_at IS NULL AND cancelled_at IS NULL
            THEN ordered_qty - coalesce(shipped_qty, 0) - coalesce(cancelled_qty, 0)
        ELSE ordered_qty - coalesce(cancelled_qty, 0)
    END AS weight
FROM mart_order_line
WHERE
    coalesce(backordered_at, reservation_failed_at) IS NOT NULL
    AND (
        complete_ship_at IS NOT NULL
        OR cancelled_at IS NOT NULL
        OR ordered_qty - coalesce(shipped_qty, 0) - coalesce(cancelled_qty, 0) > 0
    )
