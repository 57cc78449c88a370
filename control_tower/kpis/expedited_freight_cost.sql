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
SELECT
    shipment_id,
    shipped_at AS measured_on,
    premium_amount AS value,
    1 AS weight,
    source_system,
    site_id,
    carrier_id,
    customer_id
FROM mart_freight
WHERE is_haste
