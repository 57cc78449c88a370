/* ---
number    = "K39"
title     = "Expedited freight share"
question  = "What share of all freight is paid for haste that exceptions caused?"
formula   = "expedited freight cost of shipments that left in the period / freight of all shipments that left in the period"
grain     = "shipment"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Logistics"
needs     = ["core_shipment.is_expedited", "core_shipment.freight_amount", "core_shipment.standard_freight_amount", "mart_exception"]
--- */
SELECT
    shipment_id,
    shipped_at AS measured_on,
    CASE WHEN is_haste THEN premium_amount ELSE 0 END AS value,
    freight_amount AS weight,
    source_system,
    site_id,
    carrier_id,
    customer_id
FROM mart_freight
