/* ---
number    = "K59"
title     = "Expected days"
question  = "How long does an exception that comes now have to expect?"
formula   = "exceptions open at the end of the period / (exceptions ended in the period / its days): Little's law"
grain     = "exception"
aggregate = "derived"
unit      = "days"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception.ended_at"]
function  = "expected_days"
of        = ["open_exceptions", "outflow"]
note      = "Holds while flow is steady."
--- */
