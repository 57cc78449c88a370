/* Grain: one row per lane, its freight per unit in the reporting currency at the newest rate; null = no price or no
   rate. Not a page's read: bounded by the lanes there are. */
WITH newest_rate AS (
    SELECT
        currency_code,
        max_by(rate, valid_from) AS rate
    FROM ref_currency_rate
    CROSS JOIN policy
    WHERE valid_from <= CAST(policy.as_of AS DATE)
    GROUP BY currency_code
)

SELECT
    lane.lane_id,
    lane.from_site_id,
    lane.supplier_id,
    lane.site_id,
    lane.item_id,
    lane.carrier_id,
    coalesce(lane.lead_time_days, supplier.lead_time_days) AS lead_time_days,
    CAST(lane.cost_amount * coalesce(newest_rate.rate, CASE WHEN lane.currency_code IS NULL THEN 1 END) AS DOUBLE) AS unit_freight,
    coalesce(lane.min_qty, 0) AS min_qty,
    coalesce(lane.priority, 1) AS priority
FROM core_lane AS lane
LEFT JOIN newest_rate ON lane.currency_code = newest_rate.currency_code
LEFT JOIN core_supplier AS supplier ON lane.supplier_id = supplier.supplier_id
WHERE lane.site_id IS NOT NULL
ORDER BY lane.lane_id
LIMIT 200000
