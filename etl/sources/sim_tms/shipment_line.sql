/* Grain: one row per shipment and order line. */
SELECT
    shipment_id,
    order_line_id,
    item_id,
    qty AS shipped_qty,
    file_no,
    file_line
FROM raw_sim_tms__loads
