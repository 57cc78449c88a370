/* Grain: one row per unit that can fail: order line, order, shipment, expected receipt of a purchase order, invoice;
   when it could, and its dimensions as the numbers of mart_exposure_value (null = not stated, or none of its kind). */
SELECT
    'order_line' AS kind,
    unit.order_line_id AS unit_id,
    unit.order_at AS exposed_at,
    sy.value_no AS source_system_no,
    si.value_no AS site_no,
    su.value_no AS supplier_no,
    fa.value_no AS product_family_no,
    ch.value_no AS channel_no,
    fc.value_no AS fulfilment_channel_no,
    bu.value_no AS business_unit_no,
    se.value_no AS segment_no,
    cu.value_no AS customer_no,
    CAST(NULL AS INTEGER) AS carrier_no,
    ti.value_no AS tier_no
FROM mart_order_line AS unit
LEFT JOIN mart_exposure_value AS sy ON sy.dimension = 'source_system' AND sy.value = unit.source_system
LEFT JOIN mart_exposure_value AS si ON si.dimension = 'site_id' AND si.value = unit.site_id
LEFT JOIN mart_exposure_value AS su ON su.dimension = 'supplier_id' AND su.value = unit.supplier_id
LEFT JOIN mart_exposure_value AS fa ON fa.dimension = 'product_family' AND fa.value = unit.product_family
LEFT JOIN mart_exposure_value AS ch ON ch.dimension = 'channel' AND ch.value = unit.channel
LEFT JOIN mart_exposure_value AS fc ON fc.dimension = 'fulfilment_channel' AND fc.value = unit.fulfilment_channel
LEFT JOIN mart_exposure_value AS bu ON bu.dimension = 'business_unit' AND bu.value = unit.business_unit
LEFT JOIN mart_exposure_value AS se ON se.dimension = 'segment' AND se.value = unit.segment
LEFT JOIN mart_exposure_value AS cu ON cu.dimension = 'customer_id' AND cu.value = unit.customer_id
LEFT JOIN mart_exposure_value AS ti ON ti.dimension = 'tier' AND ti.value = unit.customer_tier
WHERE unit.order_at IS NOT NULL
UNION ALL
SELECT
    'order' AS kind,
    unit.order_id AS unit_id,
    unit.order_at AS exposed_at,
    sy.value_no AS source_system_no,
    si.value_no AS site_no,
    CAST(NULL AS INTEGER) AS supplier_no,
    CAST(NULL AS INTEGER) AS product_family_no,
    ch.value_no AS channel_no,
    fc.value_no AS fulfilment_channel_no,
    bu.value_no AS business_unit_no,
    se.value_no AS segment_no,
    cu.value_no AS customer_no,
    CAST(NULL AS INTEGER) AS carrier_no,
    ti.value_no AS tier_no
FROM core_order AS unit
LEFT JOIN core_customer AS customer ON unit.customer_id = customer.customer_id
LEFT JOIN mart_exposure_value AS sy ON sy.dimension = 'source_system' AND sy.value = unit.source_system
LEFT JOIN mart_exposure_value AS si ON si.dimension = 'site_id' AND si.value = unit.site_id
LEFT JOIN mart_exposure_value AS ch ON ch.dimension = 'channel' AND ch.value = unit.channel
LEFT JOIN mart_exposure_value AS fc ON fc.dimension = 'fulfilment_channel' AND fc.value = unit.fulfilment_channel
LEFT JOIN mart_exposure_value AS bu ON bu.dimension = 'business_unit' AND bu.value = coalesce(unit.business_unit, customer.business_unit)
LEFT JOIN mart_exposure_value AS se ON se.dimension = 'segment' AND se.value = customer.segment
LEFT JOIN mart_exposure_value AS cu ON cu.dimension = 'customer_id' AND cu.value = unit.customer_id
LEFT JOIN mart_exposure_value AS ti ON ti.dimension = 'tier' AND ti.value = customer.tier
WHERE unit.order_at IS NOT NULL
UNION ALL
SELECT
    'shipment' AS kind,
    unit.shipment_id AS unit_id,
    coalesce(unit.shipped_at, unit.planned_ship_at, unit.planned_delivery_at) AS exposed_at,
    sy.value_no AS source_system_no,
    si.value_no AS site_no,
    CAST(NULL AS INTEGER) AS supplier_no,
    CAST(NULL AS INTEGER) AS product_family_no,
    CAST(NULL AS INTEGER) AS channel_no,
    CAST(NULL AS INTEGER) AS fulfilment_channel_no,
    bu.value_no AS business_unit_no,
    se.value_no AS segment_no,
    cu.value_no AS customer_no,
    ca.value_no AS carrier_no,
    ti.value_no AS tier_no
FROM core_shipment AS unit
LEFT JOIN core_customer AS customer ON unit.customer_id = customer.customer_id
LEFT JOIN mart_exposure_value AS sy ON sy.dimension = 'source_system' AND sy.value = unit.source_system
LEFT JOIN mart_exposure_value AS si ON si.dimension = 'site_id' AND si.value = unit.site_id
LEFT JOIN mart_exposure_value AS bu ON bu.dimension = 'business_unit' AND bu.value = customer.business_unit
LEFT JOIN mart_exposure_value AS se ON se.dimension = 'segment' AND se.value = customer.segment
LEFT JOIN mart_exposure_value AS cu ON cu.dimension = 'customer_id' AND cu.value = unit.customer_id
LEFT JOIN mart_exposure_value AS ca ON ca.dimension = 'carrier_id' AND ca.value = unit.carrier_id
LEFT JOIN mart_exposure_value AS ti ON ti.dimension = 'tier' AND ti.value = customer.tier
WHERE coalesce(unit.shipped_at, unit.planned_ship_at, unit.planned_delivery_at) IS NOT NULL
UNION ALL
SELECT
    'receipt' AS kind,
    unit.supply_id AS unit_id,
    coalesce(unit.received_at, unit.eta_at, CAST(unit.promised_date AS TIMESTAMP), unit.ordered_at) AS exposed_at,
    sy.value_no AS source_system_no,
    si.value_no AS site_no,
    su.value_no AS supplier_no,
    fa.value_no AS product_family_no,
    CAST(NULL AS INTEGER) AS channel_no,
    CAST(NULL AS INTEGER) AS fulfilment_channel_no,
    CAST(NULL AS INTEGER) AS business_unit_no,
    CAST(NULL AS INTEGER) AS segment_no,
    CAST(NULL AS INTEGER) AS customer_no,
    CAST(NULL AS INTEGER) AS carrier_no,
    CAST(NULL AS INTEGER) AS tier_no
FROM core_supply AS unit
LEFT JOIN core_item AS item ON unit.item_id = item.item_id
LEFT JOIN mart_exposure_value AS sy ON sy.dimension = 'source_system' AND sy.value = unit.source_system
LEFT JOIN mart_exposure_value AS si ON si.dimension = 'site_id' AND si.value = unit.site_id
LEFT JOIN mart_exposure_value AS su ON su.dimension = 'supplier_id' AND su.value = unit.supplier_id
LEFT JOIN mart_exposure_value AS fa ON fa.dimension = 'product_family' AND fa.value = item.product_family
WHERE 
    unit.supply_type = 'purchase_order'
    AND coalesce(unit.received_at, unit.eta_at, CAST(unit.promised_date AS TIMESTAMP), unit.ordered_at) IS NOT NULL
UNION ALL
SELECT
    'invoice' AS kind,
    unit.invoice_id AS unit_id,
    coalesce(unit.posted_at, unit.billable_at, CAST(unit.due_date AS TIMESTAMP)) AS exposed_at,
    sy.value_no AS source_system_no,
    CAST(NULL AS INTEGER) AS site_no,
    su.value_no AS supplier_no,
    CAST(NULL AS INTEGER) AS product_family_no,
    CAST(NULL AS INTEGER) AS channel_no,
    CAST(NULL AS INTEGER) AS fulfilment_channel_no,
    bu.value_no AS business_unit_no,
    se.value_no AS segment_no,
    cu.value_no AS customer_no,
    CAST(NULL AS INTEGER) AS carrier_no,
    ti.value_no AS tier_no
FROM core_invoice AS unit
LEFT JOIN core_customer AS customer ON unit.customer_id = customer.customer_id
LEFT JOIN mart_exposure_value AS sy ON sy.dimension = 'source_system' AND sy.value = unit.source_system
LEFT JOIN mart_exposure_value AS su ON su.dimension = 'supplier_id' AND su.value = unit.supplier_id
LEFT JOIN mart_exposure_value AS bu ON bu.dimension = 'business_unit' AND bu.value = customer.business_unit
LEFT JOIN mart_exposure_value AS se ON se.dimension = 'segment' AND se.value = customer.segment
LEFT JOIN mart_exposure_value AS cu ON cu.dimension = 'customer_id' AND cu.value = unit.customer_id
LEFT JOIN mart_exposure_value AS ti ON ti.dimension = 'tier' AND ti.value = customer.tier
WHERE coalesce(unit.posted_at, unit.billable_at, CAST(unit.due_date AS TIMESTAMP)) IS NOT NULL
