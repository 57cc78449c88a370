-- One row per item that can be stocked; an item that only groups others is none.
SELECT
    item.name AS item_id,
    item.name AS name,
    coalesce(item.category, item.owner) AS product_family,
    item.cost AS unit_cost,
    item.file_no,
    item.file_line
FROM raw_frepple__item AS item
LEFT JOIN raw_frepple__item AS child ON item.name = child.owner
WHERE child.name IS NULL
