/* ---
number    = "K15"
title     = "Total order cycle delay"
question  = "How many hours did exceptions add to the orders completed in the period?"
formula   = "sum over strata of (median with an exception - median without) x orders with one, completed in the period"
grain     = "order"
aggregate = "derived"
unit      = "hours"
better    = "lower"
owner     = "Operations"
needs     = ["core_order.complete_at", "mart_exception.order_id"]
function  = "stratified_total"
of        = ["order_cycle_delay"]
--- */
