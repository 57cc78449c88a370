/* Grain: one row per order line of $order_line_ids, with the names that people know it by; money in the reporting
   currency. What a plan does with the line is in its payload. */
SELECT
    line.order_line_id,
    regexp_replace(line.order_id, '^[^:]+:', '') AS order_ref,
    line.line_no,
    coalesce(customer.name, regexp_replace(line.customer_id, '^[^:]+:', '')) AS customer,
    line.customer_tier,
    coalesce(item.name, regexp_replace(line.item_id, '^[^:]+:', '')) AS item,
    coalesce(site.name, regexp_replace(line.site_id, '^[^:]+:', '')) AS site,
    line.promise_date,
    line.unit_price::DOUBLE AS unit_price
FROM mart_order_line AS line
LEFT JOIN core_customer AS customer ON line.customer_id = customer.customer_id
LEFT JOIN core_item AS item ON line.item_id = item.item_id
LEFT JOIN core_site AS site ON line.site_id = site.site_id
WHERE list_contains(CAST($order_line_ids AS VARCHAR[]), line.order_line_id)
ORDER BY line.order_line_id
LIMIT 1000
