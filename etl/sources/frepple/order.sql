-- One row per demand: a planning system keeps no order above it.
SELECT
    name AS order_id,
    customer AS customer_id,
    location AS site_id,
    CAST(priority AS INTEGER) AS priority,
    status,
    CAST(due AS DATE) AS requested_date,
    file_no,
    file_line
FROM raw_frepple__demand
