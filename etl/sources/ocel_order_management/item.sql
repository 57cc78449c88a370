-- One row per product, with its last price and weight.
SELECT
    object.id AS item_id,
    object.id AS name,
    'piece' AS base_uom_code,
    CAST(price.value AS DECIMAL(18, 4)) AS unit_price,
    CAST(weight.value AS DECIMAL(18, 4)) AS weight_kg,
    object.file_no,
    object.file_line
FROM _object AS object
LEFT JOIN _last_attribute AS price ON object.id = price.object_id AND price.name = 'price'
LEFT JOIN _last_attribute AS weight ON object.id = weight.object_id AND weight.name = 'weight'
WHERE object.object_type = 'item'
