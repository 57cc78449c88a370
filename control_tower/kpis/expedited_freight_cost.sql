/* ---
number    = "K39"
title     = "Expedited freight cost"
question  = "What do exceptions cost in faster freight?"
formula   = "sum of (freight - standard freight) of expedited shipments that left in the period and belong to an exception, of the shipment or else of its order"
grain     = "shipment"
aggregate = "sum"
unit      = "money"
better    = "lower"
owner     = "Logistics"
needs     = ["core_shipment.is_expedited", "core_shipment.freight_amount", "core_shipment.standard_freight_amount", "mart_exception"]
note      = "In the reporting currency by the rate of the day it left; without a rate a shipment is listed, not summed."
--- */
WITH premium AS (
    SELECT
        shipment.shipment_id,
        shipment.shipped_at,
        shipment.source_system,
        shipment.site_id,
        shipment.carrier_id,
        shipment.customer_id,
        shipment.is_expedited AND (
        EXISTS (
            SELECT 1
            FROM mart_exception AS raised
            WHERE
                raised.shipment_id = shipment.shipment_id
                AND coalesce(raised.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
                AND raised.status NOT IN ('duplicate', 'false_positive')
        )
        OR EXISTS (
            SELECT 1
            FROM mart_exception AS raised
            WHERE
                raised.shipment_id IS NULL
                AND raised.order_id = shipment.order_id
                AND coalesce(raised.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
                AND raised.status NOT IN ('duplicate', 'false_positive')
        )
        ) AS counts,
        shipment.freight_amount * CASE
            WHEN shipment.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = shipment.currency_code
                    AND exchange.valid_from <= CAST(shipment.shipped_at AS DATE)
            )
        END AS freight_amount,
        shipment.standard_freight_amount * CASE
            WHEN shipment.currency_code = (SELECT policy.reporting_currency FROM policy) THEN 1
            ELSE (
                SELECT arg_max(exchange.rate, exchange.valid_from)
                FROM ref_currency_rate AS exchange
                WHERE
                    exchange.currency_code = shipment.currency_code
                    AND exchange.valid_from <= CAST(shipment.shipped_at AS DATE)
            )
        END AS standard_amount
    FROM core_shipment AS shipment
    WHERE shipment.shipped_at IS NOT NULL
)

SELECT
    premium.shipment_id,
    premium.shipped_at AS measured_on,
    premium.freight_amount - premium.standard_amount AS value,
    1 AS weight,
    premium.source_system,
    premium.site_id,
    premium.carrier_id,
    premium.customer_id
FROM premium
WHERE premium.counts
