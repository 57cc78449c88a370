/* ---
number    = "K24"
title     = "Hand-offs between departments, p90"
question  = "How often do the most passed-on exceptions change departments?"
formula   = "ninth decile of the number of consecutive human events of different departments, over exceptions resolved in the period"
grain     = "exception"
aggregate = "p90"
unit      = "count"
better    = "lower"
owner     = "Process"
needs     = ["mart_exception.resolved_at", "core_event.department"]
of        = ["handoffs_per_exception"]
note      = "Without a linked event, or with a person's event of no known department, it is unknown."
--- */
