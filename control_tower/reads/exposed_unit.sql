/* Grain: one row per unit of $kind that could have failed in [before, until): its dimensions as the numbers of
   mart_exposure_value (-1 = not stated), customer tier and block of time. For analysis, not for a page: read as
   columns of small integers, and counted at once. */
SELECT
    coalesce(unit.source_system_no, -1) AS source_system,
    coalesce(unit.site_no, -1) AS site_id,
    coalesce(unit.supplier_no, -1) AS supplier_id,
    coalesce(unit.product_family_no, -1) AS product_family,
    coalesce(unit.channel_no, -1) AS channel,
    coalesce(unit.fulfilment_channel_no, -1) AS fulfilment_channel,
    coalesce(unit.business_unit_no, -1) AS business_unit,
    coalesce(unit.segment_no, -1) AS segment,
    coalesce(unit.customer_no, -1) AS customer_id,
    coalesce(unit.carrier_no, -1) AS carrier_id,
    coalesce(unit.tier_no, -1) AS tier,
    CAST(floor((epoch(unit.exposed_at) - epoch($before)) / $block_seconds) AS INTEGER) AS block
FROM mart_exposure AS unit
WHERE
    unit.kind = $kind
    AND unit.exposed_at >= $before
    AND unit.exposed_at < $until
    AND (len(CAST($site_nos AS INTEGER[])) = 0 OR list_contains(CAST($site_nos AS INTEGER[]), unit.site_no))
