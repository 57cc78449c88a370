/* Grain: one row per dimension or pair of dimensions, its value, customer tier and block of time: how many times
   something could have gone wrong there. The unit is one invoice, ours or a supplier's.
   `grouping_no` has a bit per dimension in the order of the columns, the last one lowest: 0 = this row groups by it.
   A contingency table for analysis, not for a page; its size is bounded by values × tiers × blocks. */
WITH exposed_unit AS (
    SELECT
        unit.source_system,
        unit.supplier_id,
        customer.business_unit AS business_unit,
        customer.segment AS segment,
        unit.customer_id,
        coalesce(customer.tier, '') AS tier,
        CAST(floor((epoch(coalesce(unit.posted_at, unit.billable_at, CAST(unit.due_date AS TIMESTAMP))) - epoch($before)) / $block_seconds) AS INTEGER) AS block
    FROM core_invoice AS unit
    LEFT JOIN core_customer AS customer ON unit.customer_id = customer.customer_id
    WHERE
        coalesce(unit.posted_at, unit.billable_at, CAST(unit.due_date AS TIMESTAMP)) >= $before
        AND coalesce(unit.posted_at, unit.billable_at, CAST(unit.due_date AS TIMESTAMP)) < $until
)
SELECT
    source_system,
    supplier_id,
    business_unit,
    segment,
    customer_id,
    tier,
    block,
    GROUPING(source_system, supplier_id, business_unit, segment, customer_id) AS grouping_no,
    count(*) AS exposed
FROM exposed_unit
GROUP BY GROUPING SETS (
    (source_system, tier, block),
    (supplier_id, tier, block),
    (business_unit, tier, block),
    (segment, tier, block),
    (customer_id, tier, block),
    (business_unit, segment, tier, block)
)
