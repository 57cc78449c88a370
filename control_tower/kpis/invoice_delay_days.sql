/* ---
number    = "K46"
title     = "Invoice delay"
question  = "How much later is an order billed once it has an exception, compared with its like?"
formula   = "within the strata of order_cycle_delay, own invoices posted in the period: median (posted - billable) with an exception - median without; mean weighted by the invoices with one"
grain     = "invoice"
aggregate = "derived"
unit      = "days"
better    = "lower"
owner     = "Finance"
needs     = ["core_invoice.billable_at", "core_invoice.posted_at", "mart_exception.order_id"]
function  = "stratified_difference"
note      = "Only invoices with an amount and a rate to the reporting currency."
--- */
WITH booked AS (
    SELECT
        header.order_id,
        header.source_system,
        header.customer_id,
        header.site_id,
        header.channel,
        header.order_type,
        header.priority,
        header.business_unit,
        header.order_at,
        header.complete_at,
        count(line.order_line_id) AS line_count
    FROM core_order AS header
    LEFT JOIN core_order_line AS line ON header.order_id = line.order_id
    GROUP BY ALL
),

hit AS (
    SELECT DISTINCT order_id
    FROM mart_exception
    WHERE
        order_id IS NOT NULL
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
)

SELECT
    invoice.invoice_id,
    invoice.posted_at AS measured_on,
    CASE
        WHEN invoice.posted_at >= invoice.billable_at
            THEN (epoch(invoice.posted_at) - epoch(invoice.billable_at)) / 86400.0
    END AS value,
    invoice.amount * CASE
        WHEN invoice.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
        ELSE (
            SELECT arg_max(exchange.rate, exchange.valid_from)
            FROM ref_currency_rate AS exchange
            WHERE
                exchange.currency_code = invoice.currency_code
                AND exchange.valid_from <= CAST(invoice.posted_at AS DATE)
        )
    END AS weight,
    concat_ws(
        ' | ',
        coalesce(booked.channel, '-'),
        coalesce(booked.site_id, '-'),
        CASE
            WHEN booked.line_count <= 1 THEN '1 line'
            WHEN booked.line_count <= 3 THEN '2-3 lines'
            WHEN booked.line_count <= 10 THEN '4-10 lines'
            ELSE 'over 10 lines'
        END,
        coalesce(CAST(booked.priority AS VARCHAR), '-')
    ) AS stratum,
    hit.order_id IS NOT NULL AS is_exposed,
    invoice.source_system,
    invoice.customer_id,
    booked.site_id,
    booked.channel,
    booked.order_type,
    booked.priority,
    booked.business_unit
FROM core_invoice AS invoice
INNER JOIN booked ON invoice.order_id = booked.order_id
LEFT JOIN hit ON invoice.order_id = hit.order_id
WHERE
    invoice.direction = 'receivable'
    AND invoice.posted_at IS NOT NULL
    AND invoice.billable_at IS NOT NULL
