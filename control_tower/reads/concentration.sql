/* Grain: one row per value of the dimension named by $dimension (an allow-listed word, never an identifier):
   exceptions detected in [since, until) without duplicates and false positives, the money of their order lines
   (once per line and value) and manual touches (K22's count; null when $with_touches is false).
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
human_event AS (
    SELECT DISTINCT
        link.object_id,
        happened.event_id,
        happened.event_no,
        happened.timestamp,
        happened.resource
    FROM core_event AS happened
    INNER JOIN core_event_object AS link ON happened.event_id = link.event_id
    WHERE
        $with_touches
        AND link.object_type = 'exception'
        AND happened.resource_type = 'human'
),
neighbour AS (
    SELECT
        object_id,
        timestamp,
        resource,
        lag(timestamp) OVER (PARTITION BY object_id ORDER BY timestamp, event_no, event_id) AS previous_at,
        lag(resource) OVER (PARTITION BY object_id ORDER BY timestamp, event_no, event_id) AS previous_resource
    FROM human_event
),
touched AS (
    SELECT
        object_id,
        count(*) AS touch_count
    FROM neighbour
    WHERE
        previous_at IS NULL
        OR resource IS DISTINCT FROM previous_resource
        OR epoch(timestamp) - epoch(previous_at) > (
            SELECT parameter.value FROM policy_parameter AS parameter WHERE parameter.name = 'touch_gap_seconds'
        )
    GROUP BY object_id
),
counted AS (
    SELECT
        raised.key,
        count(*) AS n,
        CAST(sum(touched.touch_count) AS BIGINT) AS touches
    FROM raised
    LEFT JOIN touched ON raised.exception_id = touched.object_id
    GROUP BY raised.key
)
SELECT
    counted.key,
    coalesce(site.name, supplier.name, customer.name, carrier.name, team.name, regexp_replace(counted.key, '^[^:]+:', '')) AS label,
    counted.n,
    money.amount,
    CASE WHEN $with_touches THEN coalesce(counted.touches, 0) END AS touches
FROM counted
INNER JOIN money ON counted.key IS NOT DISTINCT FROM money.key
LEFT JOIN core_site AS site ON $dimension = 'site_id' AND counted.key = site.site_id
LEFT JOIN core_supplier AS supplier ON $dimension = 'supplier_id' AND counted.key = supplier.supplier_id
LEFT JOIN core_customer AS customer ON $dimension = 'customer_id' AND counted.key = customer.customer_id
LEFT JOIN core_carrier AS carrier ON $dimension = 'carrier_id' AND counted.key = carrier.carrier_id
LEFT JOIN core_team AS team ON $dimension = 'owner_team_id' AND counted.key = team.team_id
ORDER BY counted.n DESC, counted.key
LIMIT 100000
