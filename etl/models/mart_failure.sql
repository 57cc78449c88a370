/* Grain: one row per exception that counts and kind of unit it may befall: the unit it names, or, where it names no
   known one, itself as an event with its own attributes. No exception names a receipt: each is an event against the
   receipts of its supplier, site and family. Dimensions are the numbers of mart_exposure_value (null = not stated). */
WITH raised AS (
    SELECT
        one.exception_id,
        one.type_code,
        one.order_line_id,
        one.order_id,
        one.shipment_id,
        one.invoice_id,
        coalesce(one.order_line_id, one.exception_id) AS money_id,
        one.detected_at,
        one.value_at_risk_amount AS amount,
        coalesce(one.resolution_hours, one.age_hours) / 24 AS days,
        sy.value_no AS source_system_no,
        si.value_no AS site_no,
        su.value_no AS supplier_no,
        fa.value_no AS product_family_no,
        ch.value_no AS channel_no,
        fc.value_no AS fulfilment_channel_no,
        bu.value_no AS business_unit_no,
        se.value_no AS segment_no,
        cu.value_no AS customer_no,
        ca.value_no AS carrier_no
    FROM mart_exception AS one
    LEFT JOIN mart_exposure_value AS sy ON sy.dimension = 'source_system' AND sy.value = one.source_system
    LEFT JOIN mart_exposure_value AS si ON si.dimension = 'site_id' AND si.value = one.site_id
    LEFT JOIN mart_exposure_value AS su ON su.dimension = 'supplier_id' AND su.value = one.supplier_id
    LEFT JOIN mart_exposure_value AS fa ON fa.dimension = 'product_family' AND fa.value = one.product_family
    LEFT JOIN mart_exposure_value AS ch ON ch.dimension = 'channel' AND ch.value = one.channel
    LEFT JOIN mart_exposure_value AS fc ON fc.dimension = 'fulfilment_channel' AND fc.value = one.fulfilment_channel
    LEFT JOIN mart_exposure_value AS bu ON bu.dimension = 'business_unit' AND bu.value = one.business_unit
    LEFT JOIN mart_exposure_value AS se ON se.dimension = 'segment' AND se.value = one.segment
    LEFT JOIN mart_exposure_value AS cu ON cu.dimension = 'customer_id' AND cu.value = one.customer_id
    LEFT JOIN mart_exposure_value AS ca ON ca.dimension = 'carrier_id' AND ca.value = one.carrier_id
    WHERE
        one.status NOT IN ('duplicate', 'false_positive')
        AND coalesce(one.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
),
named AS (
    SELECT
        'order_line' AS kind,
        exception_id,
        order_line_id AS unit_id
    FROM raised
    UNION ALL
    SELECT
        'order' AS kind,
        exception_id,
        order_id AS unit_id
    FROM raised
    UNION ALL
    SELECT
        'shipment' AS kind,
        exception_id,
        shipment_id AS unit_id
    FROM raised
    UNION ALL
    SELECT
        'receipt' AS kind,
        exception_id,
        CAST(NULL AS VARCHAR) AS unit_id
    FROM raised
    UNION ALL
    SELECT
        'invoice' AS kind,
        exception_id,
        invoice_id AS unit_id
    FROM raised
)
SELECT
    named.kind,
    raised.exception_id,
    raised.type_code,
    coalesce(unit.unit_id, raised.exception_id) AS unit_id,
    (unit.unit_id IS NOT NULL) AS is_linked,
    raised.money_id,
    coalesce(unit.exposed_at, raised.detected_at) AS failed_at,
    CASE WHEN unit.unit_id IS NULL THEN raised.source_system_no ELSE unit.source_system_no END AS source_system_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.site_no ELSE unit.site_no END AS site_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.supplier_no ELSE unit.supplier_no END AS supplier_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.product_family_no ELSE unit.product_family_no END AS product_family_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.channel_no ELSE unit.channel_no END AS channel_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.fulfilment_channel_no ELSE unit.fulfilment_channel_no END AS fulfilment_channel_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.business_unit_no ELSE unit.business_unit_no END AS business_unit_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.segment_no ELSE unit.segment_no END AS segment_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.customer_no ELSE unit.customer_no END AS customer_no,
    CASE WHEN unit.unit_id IS NULL THEN raised.carrier_no ELSE unit.carrier_no END AS carrier_no,
    unit.tier_no,
    raised.amount,
    raised.days
FROM named
JOIN raised ON raised.exception_id = named.exception_id
LEFT JOIN mart_exposure AS unit ON unit.kind = named.kind AND unit.unit_id = named.unit_id
