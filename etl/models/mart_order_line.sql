/* Grain: one row per order line with its order's context; money in the reporting currency by the rate of the
   day the order was booked (ruling 14); without a rate the amounts are null and the audit lists the line.
   Products are made in 38 digits: DuckDB makes them in 18, which a price of a million does not survive. */
SELECT
    l.order_line_id,
    l.order_id,
    l.source_system,
    l.line_no,
    o.customer_id,
    c.tier AS customer_tier,
    c.segment,
    l.item_id,
    i.product_family,
    coalesce(l.site_id, o.site_id) AS site_id,
    l.supplier_id,
    o.channel,
    o.fulfilment_channel,
    o.business_unit,
    o.order_at,
    l.ordered_qty,
    l.confirmed_qty,
    l.allocated_qty,
    l.shipped_qty,
    l.first_ship_qty,
    l.delivered_qty,
    l.cancelled_qty,
    greatest(l.ordered_qty - coalesce(l.shipped_qty, 0) - coalesce(l.cancelled_qty, 0), 0) AS open_qty,
    TRY_CAST(CAST(l.unit_price AS DECIMAL(38, 4)) * r.rate AS DECIMAL(18, 4)) AS unit_price,
    TRY_CAST(CAST(l.unit_cost AS DECIMAL(38, 4)) * r.rate AS DECIMAL(18, 4)) AS unit_cost,
    TRY_CAST(CAST(l.ordered_qty AS DOUBLE) * l.unit_price * r.rate AS DECIMAL(18, 4)) AS line_amount,
    TRY_CAST(
        CAST(greatest(l.ordered_qty - coalesce(l.shipped_qty, 0) - coalesce(l.cancelled_qty, 0), 0) AS DOUBLE)
        * l.unit_price * r.rate AS DECIMAL(18, 4)
    ) AS open_amount,
    coalesce(l.requested_date, o.requested_date) AS requested_date,
    coalesce(l.promise_date, o.promise_date) AS promise_date,
    l.projected_date,
    l.contract_due_at,
    l.backordered_at,
    l.reservation_failed_at,
    l.released_at,
    l.shipped_at,
    l.complete_ship_at,
    l.delivered_at,
    l.cancelled_at,
    k.as_of,
    l.file_no,
    l.file_line
FROM core_order_line AS l
LEFT JOIN core_order AS o ON o.order_id = l.order_id
LEFT JOIN core_customer AS c ON c.customer_id = o.customer_id
LEFT JOIN core_item AS i ON i.item_id = l.item_id
LEFT JOIN source_clock AS k ON k.source_system = l.source_system
LEFT JOIN _currency_rate AS r
    ON
        r.currency_code = coalesce(l.currency_code, o.currency_code)
        AND r.rate_date = CAST(coalesce(o.order_at, o.promise_date, k.as_of) AS DATE)
