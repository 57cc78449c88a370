/* Grain: one row per exception type ('*' = any of $types, a unit counted once), the dimensions of what failed,
   customer tier and block of time: failed units, money at risk and days.
   An exception names no receipt: each counts as an event against the receipts of its supplier, site and family.
   Duplicates and false positives are left out. Money counts once per order line, days are until the fix, or so far.
   A contingency table for analysis, not for a page. */
WITH placed AS (
    SELECT
        raised.type_code,
        (false) AS is_linked,
        raised.exception_id AS unit_id,
        coalesce(raised.order_line_id, raised.exception_id) AS money_id,
        raised.source_system,
        raised.supplier_id,
        raised.site_id,
        raised.product_family,
        '' AS tier,
        raised.detected_at AS failed_at,
        raised.value_at_risk_amount,
        coalesce(raised.resolution_hours, raised.age_hours) / 24 AS days
    FROM mart_exception AS raised
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
        min(supplier_id) AS supplier_id,
        min(site_id) AS site_id,
        min(product_family) AS product_family,
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
        min(supplier_id) AS supplier_id,
        min(site_id) AS site_id,
        min(product_family) AS product_family,
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
    supplier_id,
    site_id,
    product_family,
    tier,
    block,
    count(*) AS failed,
    CAST(coalesce(sum(amount), 0) AS DOUBLE) AS amount,
    CAST(coalesce(sum(days), 0) AS DOUBLE) AS days
FROM failed_unit
WHERE type_code <> '*' OR is_linked
GROUP BY ALL
