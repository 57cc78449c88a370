-- One row per object of the log, its type in our words. An item of an order is what we call an order line,
-- a product is what we call an item. Types we have no word for keep the log's.
SELECT
    id,
    CASE type
        WHEN 'orders' THEN 'order'
        WHEN 'items' THEN 'order_line'
        WHEN 'packages' THEN 'shipment'
        WHEN 'customers' THEN 'customer'
        WHEN 'products' THEN 'item'
        WHEN 'employees' THEN 'user'
        ELSE type
    END AS object_type,
    file_no,
    file_line
FROM raw_ocel_order_management__object
