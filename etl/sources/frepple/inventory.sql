-- One row per buffer: an item at a location, as of the plan's current date.
SELECT
    buffer.location AS site_id,
    buffer.item AS item_id,
    'main' AS storage_location,
    now_is.snapshot_at,
    buffer.onhand AS on_hand_qty,
    buffer.minimum AS safety_stock_qty,
    buffer.file_no,
    buffer.file_line
FROM raw_frepple__buffer AS buffer
CROSS JOIN _current_date AS now_is
