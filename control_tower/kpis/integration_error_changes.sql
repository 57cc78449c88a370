/* ---
number    = "K55"
title     = "Changed error patterns"
question  = "Which error pattern of an interface has changed this week?"
formula   = "number of interface x class patterns whose count in the last whole week of the period its earlier weeks do not explain (binomial test, 5 % for all patterns together)"
grain     = "attempt"
aggregate = "derived"
unit      = "count"
better    = "lower"
owner     = "Integration"
needs     = ["core_integration_message.error_class"]
function  = "weekly_change"
of        = ["integration_errors"]
--- */
