/* Grain: one row. What a plan stands on: how many order lines and places with stock this build knows. */
SELECT
    (SELECT count(*) FROM mart_order_line) AS line_count,
    (SELECT count(DISTINCT site_id) FROM core_inventory) AS stocked_site_count
LIMIT 1
