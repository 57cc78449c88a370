/* Grain: one row, what is still to come of $item_id by the supply $supply_id, in base units: the announced quantity where
   the supplier announced one, else the ordered one, less what was received; 0 when it is blocked. */
SELECT
    CASE WHEN coalesce(is_blocked, FALSE) THEN 0
        ELSE coalesce(asn_qty, ordered_qty, 0) - coalesce(received_qty, 0) END AS qty
FROM core_supply
WHERE supply_id = $supply_id AND item_id = $item_id
LIMIT 1
