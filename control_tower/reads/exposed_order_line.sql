/* Grain: one row per dimension or pair of dimensions, its value, customer tier and block of time: how many times
   something could have gone wrong there. The unit is one order line.
   `grouping_no` has a bit per dimension in the order of the columns, the last one lowest: 0 = this row groups by it.
   A contingency table for analysis, not for a page; its size is bounded by values × tiers × blocks. */
WITH exposed_unit AS (
    SELECT
        unit.source_system,
        unit.site_id,
        unit.supplier_id,
        unit.product_family,
        unit.channel,
        unit.fulfilment_channel,
        unit.business_unit,
        unit.segment,
        unit.customer_id,
        coalesce(unit.customer_tier, '') AS tier,
        CAST(floor((epoch(unit.order_at) - epoch($before)) / $block_seconds) AS INTEGER) AS block
    FROM mart_order_line AS unit
    WHERE
        unit.order_at >= $before
        AND unit.order_at < $until
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), unit.site_id))
)
SELECT
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
    GROUPING(source_system, site_id, supplier_id, product_family, channel, fulfilment_channel, business_unit, segment, customer_id) AS grouping_no,
    count(*) AS exposed
FROM exposed_unit
GROUP BY GROUPING SETS (
    (source_system, tier, block),
    (site_id, tier, block),
    (supplier_id, tier, block),
    (product_family, tier, block),
    (channel, tier, block),
    (fulfilment_channel, tier, block),
    (business_unit, tier, block),
    (segment, tier, block),
    (customer_id, tier, block),
    (supplier_id, site_id, tier, block),
    (supplier_id, product_family, tier, block),
    (site_id, product_family, tier, block),
    (site_id, channel, tier, block),
    (site_id, segment, tier, block),
    (channel, product_family, tier, block),
    (channel, segment, tier, block),
    (product_family, segment, tier, block),
    (channel, business_unit, tier, block),
    (site_id, fulfilment_channel, tier, block)
)
