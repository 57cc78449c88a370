-- One row per supplier; the lead time is the longest it has for any item.
SELECT
    supplier.name AS supplier_id,
    supplier.name AS name,
    max(sourcing.leadtime) / 86400 AS lead_time_days,
    supplier.file_no,
    supplier.file_line
FROM raw_frepple__supplier AS supplier
LEFT JOIN raw_frepple__itemsupplier AS sourcing ON supplier.name = sourcing.supplier
GROUP BY supplier.name, supplier.file_no, supplier.file_line
