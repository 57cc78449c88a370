-- One row per purchase order item, with its document's block and the receipts that name it.
WITH received AS (
    SELECT
        purchase_document_number,
        line_item_in_purchase_document,
        sum(quantity) AS received_qty,
        CAST(max(posting_date_in_the_document) AS TIMESTAMP) AS received_at
    FROM raw_inventory_sim__goods_movement
    WHERE movement_type = 'Goods Receipt'
    GROUP BY purchase_document_number, line_item_in_purchase_document
)

SELECT
    'PO_ITEM--' || line.purchase_order_number || '-' || line.purchase_order_item_number AS supply_id,
    'purchase_order' AS supply_type,
    'PO--' || line.purchase_order_number AS purchase_order_id,
    'SUPPLIER--' || document.account_number_of_vendor AS supplier_id,
    line.plant AS site_id,
    'MAT-' || line.material_number AS item_id,
    line.quantity AS ordered_qty,
    coalesce(received.received_qty, 0) AS received_qty,
    line.net_price AS unit_cost,
    document.blocking_indicator AS is_blocked,
    CAST(document.purchase_order_date AS TIMESTAMP) AS ordered_at,
    received.received_at,
    line.file_no,
    line.file_line
FROM raw_inventory_sim__purchase_order_item AS line
LEFT JOIN raw_inventory_sim__purchase_order_document AS document
    ON line.purchase_order_number = document.purchase_document_number
LEFT JOIN received
    ON
        line.purchase_order_number = received.purchase_document_number
        AND line.purchase_order_item_number = received.line_item_in_purchase_document
