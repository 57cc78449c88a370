/* Grain: one row per value of the dimension named by $dimension (an allow-listed word, never an identifier):
   exceptions detected in [since, until), and those that came back: an earlier one of the same recurrence key was
   resolved within the recurrence days before (K05's definition). Money counts once per order line.
   Key null = the source does not say. */
WITH window_of AS (
    SELECT CAST(max(value) AS DOUBLE) * 86400 AS seconds
    FROM policy_parameter
    WHERE name = 'recurrence_days'
),
raised AS (
    SELECT
        now.exception_id,
        now.recurrence_key,
        coalesce(now.order_line_id, now.exception_id) AS money_id,
        now.value_at_risk_amount,
        now.detected_at,
        CASE $dimension
            WHEN 'recurrence_key' THEN now.recurrence_key
            WHEN 'source_system' THEN now.source_system
            WHEN 'site_id' THEN now.site_id
            WHEN 'supplier_id' THEN now.supplier_id
            WHEN 'carrier_id' THEN now.carrier_id
            WHEN 'process_step' THEN now.process_step
            WHEN 'channel' THEN now.channel
            WHEN 'customer_id' THEN now.customer_id
            WHEN 'segment' THEN now.segment
            WHEN 'product_family' THEN now.product_family
            WHEN 'item_id' THEN now.item_id
            WHEN 'business_rule_id' THEN now.business_rule_id
            WHEN 'fulfilment_channel' THEN now.fulfilment_channel
            WHEN 'business_unit' THEN now.business_unit
            WHEN 'owner_team_id' THEN now.owner_team_id
            WHEN 'type_code' THEN now.type_code
            WHEN 'category' THEN now.category
        END AS key
    FROM mart_exception AS now
    WHERE
        now.status NOT IN ('duplicate', 'false_positive')
        AND coalesce(now.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND now.detected_at >= $since
        AND now.detected_at < $until
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), now.site_id))
),
came_back AS (
    SELECT DISTINCT raised.exception_id
    FROM raised
    INNER JOIN mart_exception AS earlier
        ON
            raised.recurrence_key = earlier.recurrence_key
            AND earlier.exception_id <> raised.exception_id
            AND earlier.detected_at < raised.detected_at
            AND earlier.resolved_at <= raised.detected_at
    CROSS JOIN window_of
    WHERE epoch(raised.detected_at) - epoch(earlier.resolved_at) <= window_of.seconds
),
line AS (
    SELECT
        raised.key,
        raised.money_id,
        count(*) AS n,
        count(came_back.exception_id) AS repeats,
        max(raised.value_at_risk_amount) FILTER (WHERE came_back.exception_id IS NOT NULL) AS repeat_amount
    FROM raised
    LEFT JOIN came_back ON raised.exception_id = came_back.exception_id
    GROUP BY raised.key, raised.money_id
)
SELECT
    key,
    CAST(sum(n) AS BIGINT) AS n,
    CAST(sum(repeats) AS BIGINT) AS repeats,
    CAST(sum(repeat_amount) AS DOUBLE) AS repeat_amount
FROM line
GROUP BY key
ORDER BY repeats DESC, n DESC, key
LIMIT 100000
