/* Grain: one row per shipment that left: its freight and what haste added to it, in the reporting currency by the rate
   of the day it left (null without a rate), and whether an exception of the shipment, or else of its order, made the haste. */
WITH raised AS (
    SELECT
        x.shipment_id,
        CASE WHEN x.shipment_id IS NULL THEN x.order_id END AS order_id
    FROM mart_exception AS x
    WHERE
        coalesce(x.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND x.status NOT IN ('duplicate', 'false_positive')
),
of_shipment AS (
    SELECT DISTINCT r.shipment_id
    FROM raised AS r
    WHERE r.shipment_id IS NOT NULL
),
of_order AS (
    SELECT DISTINCT r.order_id
    FROM raised AS r
    WHERE r.order_id IS NOT NULL
)
SELECT
    s.shipment_id,
    s.source_system,
    s.shipped_at,
    s.site_id,
    s.carrier_id,
    s.customer_id,
    TRY_CAST(
        CAST(s.freight_amount AS DECIMAL(38, 4)) * CASE WHEN s.currency_code = p.reporting_currency THEN 1 ELSE r.rate END
        AS DECIMAL(18, 4)
    ) AS freight_amount,
    TRY_CAST(
        CAST(s.freight_amount - s.standard_freight_amount AS DECIMAL(38, 4))
        * CASE WHEN s.currency_code = p.reporting_currency THEN 1 ELSE r.rate END
        AS DECIMAL(18, 4)
    ) AS premium_amount,
    s.is_expedited AND (o.order_id IS NOT NULL OR h.shipment_id IS NOT NULL) AS is_haste
FROM core_shipment AS s
CROSS JOIN policy AS p
LEFT JOIN of_shipment AS h ON h.shipment_id = s.shipment_id
LEFT JOIN of_order AS o ON o.order_id = s.order_id
LEFT JOIN _currency_rate AS r ON r.currency_code = s.currency_code AND r.rate_date = CAST(s.shipped_at AS DATE)
WHERE s.shipped_at IS NOT NULL
