/* Grain: one row per value of the dimension named by $dimension (an allow-listed word, never an identifier):
   exceptions detected in [since, until) without duplicates and false positives, the money of their order lines
   (once per line and value) and manual touches (K22's count).
   Key null = the source does not say. */
WITH raised AS (
    SELECT
        exception_id,
        coalesce(order_line_id, exception_id) AS money_id,
        value_at_risk_amount,
        CASE $dimension
            WHEN 'source_system' THEN source_system
            WHEN 'site_id' THEN site_id
            WHEN 'supplier_id' THEN supplier_id
            WHEN 'carrier_id' THEN carrier_id
            WHEN 'process_step' THEN process_step
            WHEN 'channel' THEN channel
            WHEN 'customer_id' THEN customer_id
            WHEN 'segment' THEN segment
            WHEN 'product_family' THEN product_family
            WHEN 'item_id' THEN item_id
            WHEN 'business_rule_id' THEN business_rule_id
            WHEN 'fulfilment_channel' THEN fulfilment_channel
            WHEN 'business_unit' THEN business_unit
            WHEN 'owner_team_id' THEN owner_team_id
            WHEN 'type_code' THEN type_code
            WHEN 'category' THEN category
        END AS key
    FROM mart_exception
    WHERE
        status NOT IN ('duplicate', 'false_positive')
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND detected_at >= $since
        AND detected_at < $until
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), site_id))
),
line AS (
    SELECT
        key,
        money_id,
        max(value_at_risk_amount) AS line_amount
    FROM raised
    GROUP BY key, money_id
),
money AS (
    SELECT
        key,
        CAST(sum(line_amount) AS DOUBLE) AS amount
    FROM line
    GROUP BY key
),
touched AS (
    SELECT
        object_id,
        count(*) AS touch_count
    FROM mart_touch
    WHERE object_type = 'exception'
    GROUP BY object_id
),
counted AS (
    SELECT
        raised.key,
        count(*) AS n,
        CAST(coalesce(sum(touched.touch_count), 0) AS BIGINT) AS touches
    FROM raised
    LEFT JOIN touched ON raised.exception_id = touched.object_id
    GROUP BY raised.key
)
SELECT
    counted.key,
    coalesce(site.name, supplier.name, customer.name, carrier.name, team.name, regexp_replace(counted.key, '^[^:]+:', '')) AS label,
    counted.n,
    money.amount,
    counted.touches
FROM counted
INNER JOIN money ON counted.key IS NOT DISTINCT FROM money.key
LEFT JOIN core_site AS site ON $dimension = 'site_id' AND counted.key = site.site_id
LEFT JOIN core_supplier AS supplier ON $dimension = 'supplier_id' AND counted.key = supplier.supplier_id
LEFT JOIN core_customer AS customer ON $dimension = 'customer_id' AND counted.key = customer.customer_id
LEFT JOIN core_carrier AS carrier ON $dimension = 'carrier_id' AND counted.key = carrier.carrier_id
LEFT JOIN core_team AS team ON $dimension = 'owner_team_id' AND counted.key = team.team_id
ORDER BY counted.n DESC, counted.key
LIMIT 100000
