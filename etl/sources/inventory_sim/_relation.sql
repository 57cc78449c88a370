-- One row per event and object that the log names, its type in our words; a material at a plant (MAT_PLA)
-- is a stock position, a type we have no word for.
WITH listed AS (
    SELECT event_id, 'item' AS object_type, mat AS objects, file_no, file_line
    FROM raw_inventory_sim__event
    UNION ALL
    SELECT event_id, 'site' AS object_type, pla AS objects, file_no, file_line
    FROM raw_inventory_sim__event
    UNION ALL
    SELECT event_id, 'purchase_order_line' AS object_type, po_item AS objects, file_no, file_line
    FROM raw_inventory_sim__event
    UNION ALL
    SELECT event_id, 'order_line' AS object_type, so_item AS objects, file_no, file_line
    FROM raw_inventory_sim__event
    UNION ALL
    SELECT event_id, 'customer' AS object_type, customer AS objects, file_no, file_line
    FROM raw_inventory_sim__event
    UNION ALL
    SELECT event_id, 'supplier' AS object_type, supplier AS objects, file_no, file_line
    FROM raw_inventory_sim__event
    UNION ALL
    SELECT event_id, 'MAT_PLA' AS object_type, mat_pla AS objects, file_no, file_line
    FROM raw_inventory_sim__event
)

SELECT
    event_id,
    object_type,
    unnest(regexp_extract_all(objects, '''([^'']+)''', 1)) AS object_id,
    file_no,
    file_line
FROM listed
WHERE objects IS NOT NULL
