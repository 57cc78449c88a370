/* ---
number    = "K47"
title     = "Invoice accuracy"
question  = "How many invoices are right the first time?"
formula   = "own invoices posted in the period without correction or credit within the maturity days / own invoices posted in the period and that old"
grain     = "invoice"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Finance"
needs     = ["core_invoice.posted_at"]
note      = "Mature only."
--- */
WITH mature AS (
    SELECT parameter.value * 86400 AS seconds
    FROM policy_parameter AS parameter
    WHERE parameter.name = 'invoice_maturity_days'
)

SELECT
    invoice.invoice_id,
    invoice.posted_at AS measured_on,
    NOT coalesce(
        epoch(least(invoice.corrected_at, invoice.credit_at)) - epoch(invoice.posted_at) <= mature.seconds, false
    ) AS value,
    1 AS weight,
    invoice.source_system,
    invoice.customer_id
FROM core_invoice AS invoice
CROSS JOIN mature
INNER JOIN source_clock AS clock ON invoice.source_system = clock.source_system
WHERE
    invoice.direction = 'receivable'
    AND epoch(clock.as_of) - epoch(invoice.posted_at) >= mature.seconds
