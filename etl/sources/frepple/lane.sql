-- One row per way an item can move: between two locations, or in from a supplier. The cost of a supplier lane
-- is the item's price there, not the cost of moving it, and is left out.
SELECT
    origin || ' > ' || location || ' : ' || item AS lane_id,
    origin AS from_site_id,
    NULL AS supplier_id,
    location AS site_id,
    item AS item_id,
    leadtime / 86400 AS lead_time_days,
    cost AS cost_amount,
    sizeminimum AS min_qty,
    CAST(priority AS INTEGER) AS priority,
    file_no,
    file_line
FROM raw_frepple__itemdistribution
UNION ALL
SELECT
    supplier || ' > ' || coalesce(location, 'any location') || ' : ' || item AS lane_id,
    NULL AS from_site_id,
    supplier AS supplier_id,
    location AS site_id,
    item AS item_id,
    leadtime / 86400 AS lead_time_days,
    NULL AS cost_amount,
    sizeminimum AS min_qty,
    CAST(priority AS INTEGER) AS priority,
    file_no,
    file_line
FROM raw_frepple__itemsupplier
