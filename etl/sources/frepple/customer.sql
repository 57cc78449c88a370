-- One row per customer.
SELECT
    name AS customer_id,
    name,
    file_no,
    file_line
FROM raw_frepple__customer
