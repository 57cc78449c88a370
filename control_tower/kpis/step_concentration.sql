/* ---
number    = "K51"
title     = "Concentration by process step"
question  = "Does the trouble come from a few process steps?"
formula   = "exceptions detected in the period of the three process steps with most / all of them; sum of squared shares, money, touches and, where orders know it, the rate per 1,000 orders booked in the period in the detail"
grain     = "subject"
aggregate = "derived"
unit      = "percent"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception.process_step", "core_order.order_at"]
function  = "top_share"
part      = "process_step"
of        = ["system_concentration"]
note      = "Exceptions without one count as one part, not stated."
--- */
