-- One row per material, plant and storage location. The stock carries no date: it is the stock on the newest
-- day the database knows. `stock_in_posting` is its only column for stock that is there and free.
WITH newest AS (
    SELECT CAST(max(day) AS TIMESTAMP) AS snapshot_at
    FROM (
        SELECT posting_date_in_the_document AS day
        FROM raw_inventory_sim__goods_movement
        UNION ALL
        SELECT document_creation_date AS day
        FROM raw_inventory_sim__sales_order_document
        UNION ALL
        SELECT record_creation_date AS day
        FROM raw_inventory_sim__purchase_order_document
    )
)

SELECT
    stock.plant AS site_id,
    'MAT-' || stock.material_number AS item_id,
    stock.storage_location,
    newest.snapshot_at,
    stock.stock_in_posting AS on_hand_qty,
    stock.stock_in_quality_inspection AS in_inspection_qty,
    stock.stock_in_transfer AS in_transfer_qty,
    stock.blocked_stock AS blocked_qty,
    stock.returns_stock AS returns_qty,
    stock.file_no,
    stock.file_line
FROM raw_inventory_sim__material_stock AS stock
CROSS JOIN newest
