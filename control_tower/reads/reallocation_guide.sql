/* Grain: one row per routing guide and carrier it allows. Not a page's read: bounded by the guides there are. */
SELECT
    routing_guide_code,
    carrier_id
FROM core_routing_guide
ORDER BY routing_guide_code, carrier_id
LIMIT 200000
