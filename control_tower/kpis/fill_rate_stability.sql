/* ---
number    = "K36"
title     = "Fill-rate stability"
question  = "How much does the line fill rate wobble from week to week?"
formula   = "standard deviation (n - 1) of the weekly line fill rate over whole weeks of the period"
grain     = "order_line"
aggregate = "derived"
unit      = "points"
better    = "lower"
owner     = "Supply"
needs     = ["mart_order_line.promise_date", "mart_order_line.first_ship_qty"]
function  = "weekly_deviation"
of        = ["line_fill_rate"]
note      = "Kept as a share: 0.02 = two points of the line fill rate."
--- */
