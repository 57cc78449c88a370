/* Grain: one row per site, item and weekly count. */
SELECT
    'main' AS storage_location,
    site_id,
    item_id,
    snapshot_at,
    on_hand_qty,
    reserved_qty,
    blocked_qty,
    safety_stock_qty,
    'EA' AS uom_code,
    file_no,
    file_line
FROM raw_sim_wms__stock
