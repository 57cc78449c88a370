/* ---
number    = "K16"
title     = "Order cycle time recovery"
question  = "How much of the delay that exceptions cause has gone since the period before?"
formula   = "(order cycle delay of the period before, of equal length - of this one) / of the period before"
grain     = "order"
aggregate = "derived"
unit      = "percent"
better    = "higher"
owner     = "Operations"
needs     = ["core_order.complete_at", "mart_exception.order_id"]
function  = "recovery"
of        = ["order_cycle_delay"]
note      = "The baseline is measured, not typed in: the period of equal length before this one. Needs a beginning of the period."
--- */
