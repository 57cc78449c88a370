/* ---
number    = "K48"
title     = "Dispute rate"
question  = "How many invoices do customers dispute?"
formula   = "own invoices posted in the period and disputed by the clock / own invoices posted in the period"
grain     = "invoice"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Finance"
needs     = ["core_invoice.posted_at", "core_dispute"]
--- */
SELECT
    invoice.invoice_id,
    invoice.posted_at AS measured_on,
    EXISTS (
        SELECT 1
        FROM core_dispute AS dispute
        WHERE dispute.invoice_id = invoice.invoice_id
    ) AS value,
    1 AS weight,
    invoice.source_system,
    invoice.customer_id
FROM core_invoice AS invoice
WHERE
    invoice.direction = 'receivable'
    AND invoice.posted_at IS NOT NULL
