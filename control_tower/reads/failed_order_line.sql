/* Grain: one row per exception type ('*' = any of $types, a unit counted once), the dimensions of what failed,
   customer tier and block of time: failed units, money at risk and days.
   An exception that names no known order line is not linked: it counts as an event by its own attributes.
   Duplicates and false positives are left out. Money counts once per order line, days are until the fix, or so far.
   A contingency table for analysis, not for a page. */
WITH placed AS (
    SELECT
        raised.type_code,
        (unit.order_line_id IS NOT NULL) AS is_linked,
        coalesce(unit.order_line_id, raised.exception_id) AS unit_id,
        coalesce(raised.order_line_id, raised.exception_id) AS money_id,
        CASE WHEN unit.order_line_id IS NULL THEN raised.source_system ELSE unit.source_system END AS source_system,
        CASE WHEN unit.order_line_id IS NULL THEN raised.site_id ELSE unit.site_id END AS site_id,
        CASE WHEN unit.order_line_id IS NULL THEN raised.supplier_id ELSE unit.supplier_id END AS supplier_id,
        CASE WHEN unit.order_line_id IS NULL THEN raised.product_family ELSE unit.product_family END AS product_family,
        CASE WHEN unit.order_line_id IS NULL THEN raised.channel ELSE unit.channel END AS channel,
        CASE WHEN unit.order_line_id IS NULL THEN raised.fulfilment_channel ELSE unit.fulfilment_channel END AS fulfilment_channel,
        CASE WHEN unit.order_line_id IS NULL THEN raised.business_unit ELSE unit.business_unit END AS business_unit,
        CASE WHEN unit.order_line_id IS NULL THEN raised.segment ELSE unit.segment END AS segment,
        CASE WHEN unit.order_line_id IS NULL THEN raised.customer_id ELSE unit.customer_id END AS customer_id,
        CASE WHEN unit.order_line_id IS NULL THEN '' ELSE coalesce(unit.customer_tier, '') END AS tier,
        CASE WHEN unit.order_line_id IS NULL THEN raised.detected_at ELSE unit.order_at END AS failed_at,
        raised.value_at_risk_amount,
        coalesce(raised.resolution_hours, raised.age_hours) / 24 AS days
    FROM mart_exception AS raised
    LEFT JOIN mart_order_line AS unit ON raised.order_line_id = unit.order_line_id
    WHERE
        list_contains(CAST($types AS VARCHAR[]), raised.type_code)
        AND raised.status NOT IN ('duplicate', 'false_positive')
        AND coalesce(raised.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
),
line AS (
    SELECT
        coalesce(type_code, '*') AS type_code,
        unit_id,
        bool_and(is_linked) AS is_linked,
        min(source_system) AS source_system,
        min(site_id) AS site_id,
        min(supplier_id) AS supplier_id,
        min(product_family) AS product_family,
        min(channel) AS channel,
        min(fulfilment_channel) AS fulfilment_channel,
        min(business_unit) AS business_unit,
        min(segment) AS segment,
        min(customer_id) AS customer_id,
        min(tier) AS tier,
        min(failed_at) AS failed_at,
        max(value_at_risk_amount) AS amount,
        sum(days) AS days
    FROM placed
    WHERE
        failed_at >= $before
        AND failed_at < $until
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), site_id))
    GROUP BY GROUPING SETS ((type_code, unit_id, money_id), (unit_id, money_id))
),
failed_unit AS (
    SELECT
        type_code,
        unit_id,
        bool_and(is_linked) AS is_linked,
        min(source_system) AS source_system,
        min(site_id) AS site_id,
        min(supplier_id) AS supplier_id,
        min(product_family) AS product_family,
        min(channel) AS channel,
        min(fulfilment_channel) AS fulfilment_channel,
        min(business_unit) AS business_unit,
        min(segment) AS segment,
        min(customer_id) AS customer_id,
        min(tier) AS tier,
        CAST(floor((epoch(min(failed_at)) - epoch($before)) / $block_seconds) AS INTEGER) AS block,
        sum(amount) AS amount,
        sum(days) AS days
    FROM line
    GROUP BY type_code, unit_id
)
SELECT
    type_code,
    is_linked,
    source_system,
    site_id,
    supplier_id,
    product_family,
    channel,
    fulfilment_channel,
    business_unit,
    segment,
    customer_id,
    tier,
    block,
    count(*) AS failed,
    CAST(coalesce(sum(amount), 0) AS DOUBLE) AS amount,
    CAST(coalesce(sum(days), 0) AS DOUBLE) AS days
FROM failed_unit
WHERE type_code <> '*' OR is_linked
GROUP BY ALL
