/* ---
number    = "K48"
title     = "Dispute rate by value"
question  = "What share of the billed money do customers dispute?"
formula   = "amount of own invoices posted in the period and disputed by the clock / amount of own invoices posted in the period"
grain     = "invoice"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Finance"
needs     = ["core_invoice.posted_at", "core_invoice.amount", "core_dispute"]
--- */
WITH billed AS (
    SELECT
        invoice.invoice_id,
        invoice.posted_at,
        invoice.source_system,
        invoice.customer_id,
        invoice.amount * CASE
            WHEN invoice.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = invoice.currency_code
                    AND exchange.valid_from <= CAST(invoice.posted_at AS DATE)
            )
        END AS amount
    FROM core_invoice AS invoice
    WHERE
        invoice.direction = 'receivable'
        AND invoice.posted_at IS NOT NULL
)

SELECT
    billed.invoice_id,
    billed.posted_at AS measured_on,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM core_dispute AS dispute
            WHERE dispute.invoice_id = billed.invoice_id
        ) THEN billed.amount
        ELSE 0
    END AS value,
    billed.amount AS weight,
    billed.source_system,
    billed.customer_id
FROM billed
