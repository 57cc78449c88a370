/* ---
number    = "K46"
title     = "Invoice delay in money-days"
question  = "How much money was billed how much later because of exceptions?"
formula   = "sum over strata of (median days from billable to posted with an exception - without) x amount of the invoices with one, posted in the period"
grain     = "invoice"
aggregate = "derived"
unit      = "money_days"
better    = "lower"
owner     = "Finance"
needs     = ["core_invoice.billable_at", "core_invoice.posted_at", "mart_exception.order_id"]
function  = "stratified_total"
of        = ["invoice_delay_days"]
--- */
