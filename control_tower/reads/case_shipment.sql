/* Grain: one row per shipment of the exception $exception_id: its own, or those of its order. Freight in its currency. */
SELECT
    s.shipment_id,
    coalesce(site.name, regexp_replace(s.site_id, '^[^:]+:', '')) AS site,
    coalesce(carrier.name, regexp_replace(s.carrier_id, '^[^:]+:', '')) AS carrier,
    s.status,
    s.planned_ship_at,
    s.shipped_at,
    s.planned_delivery_at,
    s.delivered_at,
    s.proof_of_delivery_at,
    s.freight_amount::DOUBLE AS freight_amount,
    s.currency_code,
    s.is_expedited
FROM {exceptions} AS e
INNER JOIN core_shipment AS s ON s.shipment_id = e.shipment_id OR s.order_id = e.order_id
LEFT JOIN core_site AS site ON s.site_id = site.site_id
LEFT JOIN core_carrier AS carrier ON s.carrier_id = carrier.carrier_id
WHERE e.exception_id = $exception_id
ORDER BY coalesce(s.shipped_at, s.planned_ship_at), s.shipment_id
LIMIT 100
