/* ---
title = "No stock position is negative"
blocks_publishing = false
--- */
SELECT
    site_id,
    item_id,
    storage_location,
    on_hand_qty
FROM core_inventory
WHERE on_hand_qty < 0 OR reserved_qty < 0
