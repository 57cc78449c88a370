-- One row per material.
SELECT
    'MAT-' || material_number AS item_id,
    'Material ' || material_number || ' (' || lower(material_type) || ')' AS name,
    material_group AS product_family,
    CASE WHEN weight_unit = 'kg' THEN gross_weight WHEN weight_unit = 'g' THEN gross_weight / 1000 END AS weight_kg,
    file_no,
    file_line
FROM raw_inventory_sim__material
