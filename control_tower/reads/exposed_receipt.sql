/* Grain: one row per dimension or pair of dimensions, its value, customer tier and block of time: how many times
   something could have gone wrong there. The unit is one expected receipt of a purchase order line.
   `grouping_no` has a bit per dimension in the order of the columns, the last one lowest: 0 = this row groups by it.
   A contingency table for analysis, not for a page; its size is bounded by values × tiers × blocks. */
WITH exposed_unit AS (
    SELECT
        unit.source_system,
        unit.supplier_id,
        unit.site_id,
        item.product_family AS product_family,
        '' AS tier,
        CAST(floor((epoch(coalesce(unit.received_at, unit.eta_at, CAST(unit.promised_date AS TIMESTAMP), unit.ordered_at)) - epoch($before)) / $block_seconds) AS INTEGER) AS block
    FROM core_supply AS unit
    LEFT JOIN core_item AS item ON unit.item_id = item.item_id
    WHERE
        coalesce(unit.received_at, unit.eta_at, CAST(unit.promised_date AS TIMESTAMP), unit.ordered_at) >= $before
        AND coalesce(unit.received_at, unit.eta_at, CAST(unit.promised_date AS TIMESTAMP), unit.ordered_at) < $until
        AND unit.supply_type = 'purchase_order'
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), unit.site_id))
)
SELECT
    source_system,
    supplier_id,
    site_id,
    product_family,
    tier,
    block,
    GROUPING(source_system, supplier_id, site_id, product_family) AS grouping_no,
    count(*) AS exposed
FROM exposed_unit
GROUP BY GROUPING SETS (
    (source_system, tier, block),
    (supplier_id, tier, block),
    (site_id, tier, block),
    (product_family, tier, block),
    (supplier_id, site_id, tier, block),
    (supplier_id, product_family, tier, block),
    (site_id, product_family, tier, block)
)
