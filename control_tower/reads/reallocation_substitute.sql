/* Grain: one row per approved substitute of the asked items, with what a unit of it costs in the reporting currency.
   Not a page's read: bounded by the substitutes of the asked items. */
WITH newest_rate AS (
    SELECT
        currency_code,
        max_by(rate, valid_from) AS rate
    FROM ref_currency_rate
    CROSS JOIN policy
    WHERE valid_from <= CAST(policy.as_of AS DATE)
    GROUP BY currency_code
)

SELECT
    pair.item_id,
    pair.substitute_item_id,
    pair.rank,
    CAST(item.unit_cost * newest_rate.rate AS DOUBLE) AS unit_cost,
    coalesce(item.is_regulated, FALSE) AS is_regulated
FROM core_item_substitute AS pair
LEFT JOIN core_item AS item ON pair.substitute_item_id = item.item_id
LEFT JOIN newest_rate ON item.currency_code = newest_rate.currency_code
WHERE list_contains(CAST($item_ids AS VARCHAR[]), pair.item_id)
ORDER BY pair.item_id, pair.substitute_item_id
LIMIT 200000
