/* ---
number    = "K44"
title     = "Margin leakage"
question  = "How much margin do orders with exceptions lose?"
formula   = "over orders booked in the period with a line or order exception: list price less line price on orders with a pricing exception + freight above standard + dearer substitutes + credits"
grain     = "order"
aggregate = "sum"
unit      = "money"
better    = "lower"
owner     = "Finance"
needs     = ["core_order.order_at", "mart_exception.order_id", "mart_order_line.unit_cost"]
note      = "Credits and freight belong to the order, not to a line. An order whose margin is unknown is listed, not summed."
--- */
WITH hit AS (
    SELECT
        order_id,
        max(category = 'pricing') AS is_pricing
    FROM mart_exception
    WHERE
        order_id IS NOT NULL
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
    GROUP BY order_id
),

priced AS (
    SELECT
        line.order_id,
        sum((line.unit_price - line.unit_cost) * line.ordered_qty) AS margin_amount,
        sum(greatest(item.unit_price * CASE
            WHEN item.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = item.currency_code
                    AND exchange.valid_from <= CAST(line.order_at AS DATE)
            )
        END - line.unit_price, 0) * line.ordered_qty) AS override_amount
    FROM mart_order_line AS line
    LEFT JOIN core_item AS item ON line.item_id = item.item_id
    GROUP BY line.order_id
),

carried AS (
    SELECT
        shipment.order_id,
        sum(greatest(shipment.freight_amount - shipment.standard_freight_amount, 0) * CASE
            WHEN shipment.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = shipment.currency_code
                    AND exchange.valid_from <= CAST(shipment.shipped_at AS DATE)
            )
        END) AS premium_amount
    FROM core_shipment AS shipment
    GROUP BY shipment.order_id
),

swapped AS (
    SELECT
        line.order_id,
        sum(greatest(item.unit_cost * CASE
            WHEN item.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = item.currency_code
                    AND exchange.valid_from <= CAST(line.order_at AS DATE)
            )
        END - line.unit_cost, 0) * part.shipped_qty) AS substitution_amount
    FROM core_shipment_line AS part
    INNER JOIN mart_order_line AS line ON part.order_line_id = line.order_line_id
    INNER JOIN core_item AS item ON part.item_id = item.item_id
    WHERE part.item_id != line.item_id
    GROUP BY line.order_id
),

credited AS (
    SELECT
        invoice.order_id,
        sum(invoice.credit_amount * CASE
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
    WHERE invoice.direction = 'receivable'
    GROUP BY invoice.order_id
)

SELECT
    booked.order_id,
    booked.order_at AS measured_on,
    CASE WHEN hit.is_pricing THEN coalesce(priced.override_amount, 0) ELSE 0 END
    + coalesce(carried.premium_amount, 0)
    + coalesce(swapped.substitution_amount, 0)
    + coalesce(credited.credit_amount, 0) AS value,
    priced.margin_amount AS weight,
    booked.source_system,
    booked.customer_id,
    booked.site_id,
    booked.channel,
    booked.business_unit
FROM core_order AS booked
INNER JOIN hit ON booked.order_id = hit.order_id
LEFT JOIN priced ON booked.order_id = priced.order_id
LEFT JOIN carried ON booked.order_id = carried.order_id
LEFT JOIN swapped ON booked.order_id = swapped.order_id
LEFT JOIN credited ON booked.order_id = credited.order_id
WHERE booked.order_at IS NOT NULL
