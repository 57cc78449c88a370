/* ---
number       = "K49"
title        = "Age of unapplied cash"
question     = "How long has received money been lying unapplied?"
formula      = "sum of unapplied amount x (T - received) / sum of unapplied amount, of receipts on the account at T"
grain        = "cash_receipt"
aggregate    = "stock"
unit         = "days"
better       = "lower"
owner        = "Finance"
needs        = ["core_cash_receipt.received_at"]
stock_figure = "ratio"
note         = "Weighted by amount. Applied amounts are those of the build."
--- */
WITH lying AS (
    SELECT
        receipt.cash_receipt_id,
        receipt.received_at,
        receipt.applied_at,
        receipt.source_system,
        receipt.customer_id,
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
        END AS unapplied_amount
    FROM core_cash_receipt AS receipt
)

SELECT
    cash_receipt_id,
    received_at AS valid_from,
    applied_at AS valid_to,
    unapplied_amount * (epoch(CAST($at AS TIMESTAMP)) - epoch(received_at)) / 86400.0 AS value,
    unapplied_amount AS weight,
    CASE
        WHEN CAST($at AS TIMESTAMP) < received_at + INTERVAL 8 DAY THEN '0-7d'
        WHEN CAST($at AS TIMESTAMP) < received_at + INTERVAL 31 DAY THEN '8-30d'
        WHEN CAST($at AS TIMESTAMP) < received_at + INTERVAL 61 DAY THEN '31-60d'
        WHEN CAST($at AS TIMESTAMP) < received_at + INTERVAL 91 DAY THEN '61-90d'
        ELSE 'over-90d'
    END AS aging_bucket,
    source_system,
    customer_id
FROM lying
