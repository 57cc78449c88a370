/* Grain: one row per value of a dimension that units which can fail are compared by, numbered from 0 in the order of
   the values. A value nobody's unit has is no harm; a missing value is no value. */
WITH stated AS (
    SELECT DISTINCT
        'source_system' AS dimension,
        source_system AS value
    FROM mart_order_line
    UNION
    SELECT DISTINCT
        'source_system',
        source_system
    FROM core_order
    UNION
    SELECT DISTINCT
        'source_system',
        source_system
    FROM core_shipment
    UNION
    SELECT DISTINCT
        'source_system',
        source_system
    FROM core_supply
    UNION
    SELECT DISTINCT
        'source_system',
        source_system
    FROM core_invoice
    UNION
    SELECT DISTINCT
        'site_id',
        site_id
    FROM mart_order_line
    UNION
    SELECT DISTINCT
        'site_id',
        site_id
    FROM core_order
    UNION
    SELECT DISTINCT
        'site_id',
        site_id
    FROM core_shipment
    UNION
    SELECT DISTINCT
        'site_id',
        site_id
    FROM core_supply
    UNION
    SELECT DISTINCT
        'supplier_id',
        supplier_id
    FROM mart_order_line
    UNION
    SELECT DISTINCT
        'supplier_id',
        supplier_id
    FROM core_supply
    UNION
    SELECT DISTINCT
        'supplier_id',
        supplier_id
    FROM core_invoice
    UNION
    SELECT DISTINCT
        'product_family',
        product_family
    FROM core_item
    UNION
    SELECT DISTINCT
        'channel',
        channel
    FROM core_order
    UNION
    SELECT DISTINCT
        'fulfilment_channel',
        fulfilment_channel
    FROM core_order
    UNION
    SELECT DISTINCT
        'business_unit',
        business_unit
    FROM core_order
    UNION
    SELECT DISTINCT
        'business_unit',
        business_unit
    FROM core_customer
    UNION
    SELECT DISTINCT
        'segment',
        segment
    FROM core_customer
    UNION
    SELECT DISTINCT
        'tier',
        tier
    FROM core_customer
    UNION
    SELECT DISTINCT
        'customer_id',
        customer_id
    FROM core_order
    UNION
    SELECT DISTINCT
        'customer_id',
        customer_id
    FROM core_shipment
    UNION
    SELECT DISTINCT
        'customer_id',
        customer_id
    FROM core_invoice
    UNION
    SELECT DISTINCT
        'carrier_id',
        carrier_id
    FROM core_shipment
)
SELECT
    dimension,
    CAST(row_number() OVER (PARTITION BY dimension ORDER BY value) - 1 AS INTEGER) AS value_no,
    value
FROM stated
WHERE value IS NOT NULL
