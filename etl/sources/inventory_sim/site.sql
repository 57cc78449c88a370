-- One row per plant that holds stock, is ordered from or is delivered to.
WITH named AS (
    SELECT plant, file_no, file_line
    FROM raw_inventory_sim__material_stock
    UNION ALL
    SELECT plant, file_no, file_line
    FROM raw_inventory_sim__purchase_order_item
    UNION ALL
    SELECT plant, file_no, file_line
    FROM raw_inventory_sim__sales_order_item
)

SELECT
    plant AS site_id,
    plant AS name,
    'plant' AS site_type,
    min(file_no) AS file_no,
    arg_min(file_line, (file_no, file_line)) AS file_line
FROM named
WHERE plant IS NOT NULL
GROUP BY plant
