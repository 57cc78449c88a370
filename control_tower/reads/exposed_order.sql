/* Grain: one row per dimension or pair of dimensions, its value, customer tier and block of time: how many times
   something could have gone wrong there. The unit is one order.
   `grouping_no` has a bit per dimension in the order of the columns, the last one lowest: 0 = this row groups by it.
   A contingency table for analysis, not for a page; its size is bounded by values × tiers × blocks. */
WITH exposed_unit AS (
    SELECT
        unit.source_system,
        unit.site_id,
        unit.channel,
        unit.fulfilment_channel,
        coalesce(unit.business_unit, customer.business_unit) AS business_unit,
        customer.segment AS segment,
        unit.customer_id,
        coalesce(customer.tier, '') AS tier,
        CAST(floor((epoch(unit.order_at) - epoch($before)) / $block_seconds) AS INTEGER) AS block
    FROM core_order AS unit
    LEFT JOIN core_customer AS customer ON unit.customer_id = customer.customer_id
    WHERE
        unit.order_at >= $before
        AND unit.order_at < $until
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), unit.site_id))
)
SELECT
    source_system,
    site_id,
    channel,
    fulfilment_channel,
    business_unit,
    segment,
    customer_id,
    tier,
    block,
    GROUPING(source_system, site_id, channel, fulfilment_channel, business_unit, segment, customer_id) AS grouping_no,
    count(*) AS exposed
FROM exposed_unit
GROUP BY GROUPING SETS (
    (source_system, tier, block),
    (site_id, tier, block),
    (channel, tier, block),
    (fulfilment_channel, tier, block),
    (business_unit, tier, block),
    (segment, tier, block),
    (customer_id, tier, block),
    (site_id, channel, tier, block),
    (site_id, segment, tier, block),
    (channel, segment, tier, block),
    (channel, business_unit, tier, block),
    (business_unit, segment, tier, block),
    (channel, fulfilment_channel, tier, block),
    (site_id, business_unit, tier, block)
)
