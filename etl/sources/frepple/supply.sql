-- One row per purchase or distribution order of the plan that is more than a proposal.
SELECT
    reference AS supply_id,
    CASE type WHEN 'PO' THEN 'purchase_order' WHEN 'DO' THEN 'transfer' ELSE 'production' END AS supply_type,
    CASE WHEN type = 'PO' THEN reference END AS purchase_order_id,
    supplier AS supplier_id,
    origin AS from_site_id,
    location AS site_id,
    item AS item_id,
    quantity AS ordered_qty,
    status,
    startdate AS ordered_at,
    CAST(enddate AS DATE) AS promised_date,
    enddate AS eta_at,
    file_no,
    file_line
FROM raw_frepple__operationplan
WHERE status IS DISTINCT FROM 'proposed' AND item IS NOT NULL
