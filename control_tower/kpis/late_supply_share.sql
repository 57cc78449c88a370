/* ---
number       = "K41"
title        = "Late without a new promise"
question     = "How many open lines wait for supply that comes after their promise, and nobody told the customer?"
formula      = "open lines not covered by reserved stock whose next expected receipt of the item at the site comes after their current promise day / lines open at T"
grain        = "order_line"
aggregate    = "stock"
unit         = "percent"
better       = "lower"
owner        = "Supply"
needs        = ["core_supply.eta_at", "mart_order_line.promise_date"]
stock_figure = "ratio"
note         = "A line re-promised to a day its supply can meet is not late without a new promise. Reservations and promises are those of the build."
--- */
WITH waiting AS (
    SELECT
        order_line_id,
        item_id,
        site_id,
        order_at,
        least(complete_ship_at, cancelled_at) AS ended_at,
        coalesce(projected_date, promise_date) AS current_promise_date,
        coalesce(allocated_qty, 0) >= open_qty AS is_covered
    FROM mart_order_line
    WHERE
        promise_date IS NOT NULL
        AND (open_qty > 0 OR least(complete_ship_at, cancelled_at) IS NOT NULL)
),

coming AS (
    SELECT
        item_id,
        site_id,
        min(eta_at) AS eta_at
    FROM core_supply
    WHERE
        coalesce(ordered_at, eta_at) <= $at
        AND (received_at IS NULL OR received_at > $at)
    GROUP BY item_id, site_id
)

SELECT
    waiting.order_line_id,
    waiting.order_at AS valid_from,
    waiting.ended_at AS valid_to,
    NOT waiting.is_covered
    AND coalesce(coming.eta_at >= CAST(waiting.current_promise_date AS TIMESTAMP) + INTERVAL 1 DAY, false) AS value,
    1 AS weight
FROM waiting
LEFT JOIN coming ON waiting.item_id = coming.item_id AND waiting.site_id = coming.site_id
