/* ---
number    = "K45"
title     = "Revenue leakage"
question  = "What share of the revenue is lost on the way to the bank?"
formula   = "(credits on invoices + shipped and not billed within the policy's days + billed less than shipped, beyond the matching tolerance) / billed, by order, at its first invoice or when the days are over"
grain     = "order"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Finance"
needs     = ["core_invoice.posted_at", "core_invoice.amount", "mart_order_line.shipped_at"]
note      = "Every credit counts as given for an error: sources rarely say why. Amounts without tax are assumed on both sides."
--- */
WITH billed AS (
    SELECT
        invoice.order_id,
        min(invoice.posted_at) AS posted_at,
        sum(invoice.amount * CASE
            WHEN invoice.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = invoice.currency_code
                    AND exchange.valid_from <= CAST(invoice.posted_at AS DATE)
            )
        END) AS amount,
        sum(coalesce(invoice.credit_amount, 0) * CASE
            WHEN invoice.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = invoice.currency_code
                    AND exchange.valid_from <= CAST(invoice.posted_at AS DATE)
            )
        END) AS credit_amount
    FROM core_invoice AS invoice
    WHERE
        invoice.direction = 'receivable'
        AND invoice.posted_at IS NOT NULL
    GROUP BY invoice.order_id
),

shipped AS (
    SELECT
        order_id,
        max(shipped_at) AS shipped_at,
        sum(shipped_qty * unit_price) AS amount,
        min(as_of) AS as_of,
        min(source_system) AS source_system,
        min(customer_id) AS customer_id,
        min(channel) AS channel
    FROM mart_order_line
    WHERE shipped_at IS NOT NULL
    GROUP BY order_id
),

term AS (
    SELECT
        to_days(CAST(max(parameter.value) FILTER (WHERE parameter.name = 'unbilled_days') AS INTEGER)) AS unbilled,
        max(parameter.value) FILTER (WHERE parameter.name = 'match_tolerance_rate') AS tolerance
    FROM policy_parameter AS parameter
)

SELECT
    shipped.order_id,
    coalesce(billed.posted_at, shipped.shipped_at + term.unbilled) AS measured_on,
    CASE
        WHEN billed.order_id IS NULL THEN shipped.amount
        ELSE
            billed.credit_amount
            + CASE
                WHEN shipped.amount - billed.amount > term.tolerance * shipped.amount THEN shipped.amount - billed.amount
                WHEN shipped.amount IS NOT NULL THEN 0
            END
    END AS value,
    CASE WHEN billed.order_id IS NULL THEN 0 ELSE billed.amount END AS weight,
    shipped.source_system,
    shipped.customer_id,
    shipped.channel
FROM shipped
CROSS JOIN term
LEFT JOIN billed ON shipped.order_id = billed.order_id
WHERE
    billed.order_id IS NOT NULL
    OR shipped.shipped_at + term.unbilled <= shipped.as_of
