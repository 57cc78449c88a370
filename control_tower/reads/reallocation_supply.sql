/* Grain: one row per expected receipt of the asked items that is not fully received: what still comes and when. Not a
   page's read: bounded by the open receipts of the asked items. */
SELECT
    supply_id,
    supply_type,
    supplier_id,
    from_site_id,
    site_id,
    item_id,
    coalesce(asn_qty, ordered_qty) - coalesce(received_qty, 0) AS open_qty,
    coalesce(CAST(eta_at AS DATE), promised_date) AS due_date,
    coalesce(is_blocked, FALSE) AS is_blocked
FROM core_supply
WHERE
    list_contains(CAST($item_ids AS VARCHAR[]), item_id)
    AND site_id IS NOT NULL
    AND coalesce(asn_qty, ordered_qty) > coalesce(received_qty, 0)
    AND (received_at IS NULL OR received_qty IS NOT NULL)
ORDER BY supply_id
LIMIT 200000
