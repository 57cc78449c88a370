/* Grain: one row per dimension or pair of dimensions, its value, customer tier and block of time: how many times
   something could have gone wrong there. The unit is one shipment.
   `grouping_no` has a bit per dimension in the order of the columns, the last one lowest: 0 = this row groups by it.
   A contingency table for analysis, not for a page; its size is bounded by values × tiers × blocks. */
WITH exposed_unit AS (
    SELECT
        unit.source_system,
        unit.site_id,
        unit.carrier_id,
        customer.business_unit AS business_unit,
        customer.segment AS segment,
        unit.customer_id,
        coalesce(customer.tier, '') AS tier,
        CAST(floor((epoch(coalesce(unit.shipped_at, unit.planned_ship_at, unit.planned_delivery_at)) - epoch($before)) / $block_seconds) AS INTEGER) AS block
    FROM core_shipment AS unit
    LEFT JOIN core_customer AS customer ON unit.customer_id = customer.customer_id
    WHERE
        coalesce(unit.shipped_at, unit.planned_ship_at, unit.planned_delivery_at) >= $before
        AND coalesce(unit.shipped_at, unit.planned_ship_at, unit.planned_delivery_at) < $until
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), unit.site_id))
)
SELECT
    source_system,
    site_id,
    carrier_id,
    business_unit,
    segment,
    customer_id,
    tier,
    block,
    GROUPING(source_system, site_id, carrier_id, business_unit, segment, customer_id) AS grouping_no,
    count(*) AS exposed
FROM exposed_unit
GROUP BY GROUPING SETS (
    (source_system, tier, block),
    (site_id, tier, block),
    (carrier_id, tier, block),
    (business_unit, tier, block),
    (segment, tier, block),
    (customer_id, tier, block),
    (site_id, carrier_id, tier, block),
    (site_id, segment, tier, block),
    (carrier_id, segment, tier, block),
    (carrier_id, business_unit, tier, block)
)
