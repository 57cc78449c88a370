-- One row per demand. A closed demand was delivered in full; when is not said.
SELECT
    name AS order_line_id,
    name AS order_id,
    1 AS line_no,
    item AS item_id,
    location AS site_id,
    quantity AS ordered_qty,
    CASE WHEN status = 'closed' THEN quantity WHEN status IN ('open', 'quote', 'inquiry') THEN 0 END AS shipped_qty,
    CASE WHEN status = 'closed' THEN quantity WHEN status IN ('open', 'quote', 'inquiry') THEN 0 END AS delivered_qty,
    CASE WHEN status = 'canceled' THEN quantity ELSE 0 END AS cancelled_qty,
    CAST(due AS DATE) AS requested_date,
    file_no,
    file_line
FROM raw_frepple__demand
