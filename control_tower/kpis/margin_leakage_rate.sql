/* ---
number    = "K44"
title     = "Margin leakage rate"
question  = "What share of their margin do orders with exceptions lose?"
formula   = "margin leakage / (price - cost) x ordered quantity, over orders booked in the period with an exception"
grain     = "order"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Finance"
needs     = ["core_order.order_at", "mart_exception.order_id", "mart_order_line.unit_cost"]
of        = ["margin_leakage"]
--- */
