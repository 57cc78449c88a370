/* Grain: one row per order line of $order_line_ids: what became of it, in base units and the reporting currency, and what
   freight it carried on shipments that left after $since (its share by quantity; null when none of them states freight).
   Not a page's read: bounded by the lines asked for. */
WITH carried AS (
    SELECT
        part.order_line_id,
        sum(part.shipped_qty) AS shipped_qty,
        sum(freight.freight_amount * part.shipped_qty / nullif(whole.shipped_qty, 0)) AS freight_amount,
        count(freight.freight_amount) = count(part.shipment_id) AS is_freight_known
    FROM core_shipment_line AS part
    INNER JOIN mart_freight AS freight ON part.shipment_id = freight.shipment_id
    INNER JOIN (
        SELECT
            every.shipment_id,
            sum(every.shipped_qty) AS shipped_qty
        FROM core_shipment_line AS every
        GROUP BY every.shipment_id
    ) AS whole ON part.shipment_id = whole.shipment_id
    WHERE
        freight.shipped_at >= $since
        AND list_contains(CAST($order_line_ids AS VARCHAR[]), part.order_line_id)
    GROUP BY part.order_line_id
)

SELECT
    line.order_line_id,
    line.promise_date,
    line.contract_due_at,
    CAST(greatest(coalesce(line.ordered_qty, 0) - coalesce(line.cancelled_qty, 0), 0) AS DOUBLE) AS needed_qty,
    CAST(coalesce(line.delivered_qty, 0) AS DOUBLE) AS delivered_qty,
    CAST(coalesce(line.cancelled_qty, 0) AS DOUBLE) AS cancelled_qty,
    CAST(line.unit_price - line.unit_cost AS DOUBLE) AS unit_margin,
    line.delivered_at,
    line.cancelled_at,
    line.as_of,
    CAST(carried.shipped_qty AS DOUBLE) AS carried_qty,
    CASE WHEN carried.is_freight_known THEN CAST(carried.freight_amount AS DOUBLE) END AS freight_amount
FROM mart_order_line AS line
LEFT JOIN carried ON line.order_line_id = carried.order_line_id
WHERE list_contains(CAST($order_line_ids AS VARCHAR[]), line.order_line_id)
ORDER BY line.order_line_id
LIMIT 20000
