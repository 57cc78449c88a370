/* Grain: one row per file that the system says it sent. */
SELECT
    'FIN-' || file AS control_total_id,
    file,
    stated_rows,
    stated_at,
    file_no,
    file_line
FROM raw_sim_finance__control_totals
