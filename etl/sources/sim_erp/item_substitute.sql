/* Grain: one row per item and approved substitute. */
SELECT
    item_id,
    substitute_item_id,
    rank,
    file_no,
    file_line
FROM raw_sim_erp__substitutes
