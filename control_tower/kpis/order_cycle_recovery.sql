/* ---
number    = "K16"
title     = "Order cycle time recovery"
question  = "How much of the delay that exceptions cause has gone since the baseline?"
formula   = "(baseline of the order cycle delay - the delay of this period) / baseline"
grain     = "order"
aggregate = "derived"
unit      = "percent"
better    = "higher"
owner     = "Operations"
needs     = ["core_order.complete_at", "mart_exception.order_id"]
function  = "recovery"
of        = ["order_cycle_delay"]
note      = "The baseline is the one captured before a wave and stated in the policy ([targets.order_cycle_delay] baseline), else the period of equal length before this one. Needs a beginning of the period."
--- */
