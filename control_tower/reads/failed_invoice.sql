/* Grain: one row per exception type ('*' = any of $types, a unit counted once), the dimensions of what failed,
   customer tier and block of time: failed units, money at risk and days.
   An exception that names no known invoice is not linked: it counts as an event by its own attributes.
   Duplicates and false positives are left out. Money counts once per order line, days are until the fix, or so far.
   A contingency table for analysis, not for a page. */
WITH placed AS (
    SELECT
        raised.type_code,
        (unit.invoice_id IS NOT NULL) AS is_linked,
        coalesce(unit.invoice_id, raised.exception_id) AS unit_id,
        coalesce(raised.order_line_id, raised.exception_id) AS money_id,
        CASE WHEN unit.invoice_id IS NULL THEN raised.source_system ELSE unit.source_system END AS source_system,
        CASE WHEN unit.invoice_id IS NULL THEN raised.supplier_id ELSE unit.supplier_id END AS supplier_id,
        CASE WHEN unit.invoice_id IS NULL THEN raised.business_unit ELSE customer.business_unit END AS business_unit,
        CASE WHEN unit.invoice_id IS NULL THEN raised.segment ELSE customer.segment END AS segment,
        CASE WHEN unit.invoice_id IS NULL THEN raised.customer_id ELSE unit.customer_id END AS customer_id,
        CASE WHEN unit.invoice_id IS NULL THEN '' ELSE coalesce(customer.tier, '') END AS tier,
        CASE WHEN unit.invoice_id IS NULL THEN raised.detected_at ELSE coalesce(unit.posted_at, unit.billable_at, CAST(unit.due_date AS TIMESTAMP)) END AS failed_at,
        raised.value_at_risk_amount,
        coalesce(raised.resolution_hours, raised.age_hours) / 24 AS days
    FROM mart_exception AS raised
    LEFT JOIN core_invoice AS unit ON raised.invoice_id = unit.invoice_id
    LEFT JOIN core_customer AS customer ON unit.customer_id = customer.customer_id
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
    GROUP BY GROUPING SETS ((type_code, unit_id, money_id), (unit_id, money_id))
),
failed_unit AS (
    SELECT
        type_code,
        unit_id,
        bool_and(is_linked) AS is_linked,
        min(source_system) AS source_system,
        min(supplier_id) AS supplier_id,
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
    supplier_id,
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
