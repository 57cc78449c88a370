-- One row per event and stock figure: how much of the material the plant held before and after.
SELECT
    event_id,
    'Stock Before' AS attribute,
    CAST(stock_before AS VARCHAR) AS value,
    file_no,
    file_line
FROM raw_inventory_sim__event
WHERE stock_before IS NOT NULL
UNION ALL
SELECT
    event_id,
    'Stock After' AS attribute,
    CAST(stock_after AS VARCHAR) AS value,
    file_no,
    file_line
FROM raw_inventory_sim__event
WHERE stock_after IS NOT NULL
