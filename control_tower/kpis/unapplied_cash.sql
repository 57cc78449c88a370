/* ---
number    = "K49"
title     = "Unapplied cash"
question  = "How much received money is not applied to invoices yet?"
formula   = "sum of (amount - applied) of receipts on the account at T, in the reporting currency by the rate of the day received"
grain     = "cash_receipt"
aggregate = "stock"
unit      = "money"
better    = "lower"
owner     = "Finance"
needs     = ["core_cash_receipt.received_at"]
note      = "Applied amounts are those of the build; without a rate a receipt is listed, not summed."
instant_for = "aging_bucket"
--- */
SELECT
    receipt.cash_receipt_id,
    receipt.received_at AS valid_from,
    receipt.applied_at AS valid_to,
    (
        receipt.amount - CASE WHEN receipt.applied_at IS NULL THEN coalesce(receipt.applied_amount, 0) ELSE 0 END
    ) * CASE
        WHEN receipt.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
        ELSE (
            SELECT arg_max(exchange.rate, exchange.valid_from)
            FROM ref_currency_rate AS exchange
            WHERE
                exchange.currency_code = receipt.currency_code
                AND exchange.valid_from <= CAST(receipt.received_at AS DATE)
        )
    END AS value,
    1 AS weight,
    CASE
        WHEN CAST($at AS TIMESTAMP) < receipt.received_at + INTERVAL 8 DAY THEN '0-7d'
        WHEN CAST($at AS TIMESTAMP) < receipt.received_at + INTERVAL 31 DAY THEN '8-30d'
        WHEN CAST($at AS TIMESTAMP) < receipt.received_at + INTERVAL 61 DAY THEN '31-60d'
        WHEN CAST($at AS TIMESTAMP) < receipt.received_at + INTERVAL 91 DAY THEN '61-90d'
        ELSE 'over-90d'
    END AS aging_bucket,
    receipt.source_system,
    receipt.customer_id
FROM core_cash_receipt AS receipt
