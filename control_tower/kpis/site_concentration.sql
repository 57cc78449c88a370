/* ---
number    = "K51"
title     = "Concentration by site"
question  = "Does the trouble come from a few sites?"
formula   = "exceptions detected in the period of the three sites with most / all of them; sum of squared shares, money, touches and, where orders know it, the rate per 1,000 orders booked in the period in the detail"
grain     = "subject"
aggregate = "derived"
unit      = "percent"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception.site_id", "core_order.order_at"]
function  = "top_share"
part      = "site_id"
of        = ["system_concentration"]
note      = "Exceptions without one count as one part, not stated."
--- */
