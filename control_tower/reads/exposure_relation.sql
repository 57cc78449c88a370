/* Grain: one row per kind of unit that can fail: how many the build holds, and the time they span. */
SELECT
    'order_line' AS kind,
    count(*) AS units,
    min(order_at) AS first_at,
    (SELECT max(as_of) FROM policy) AS as_of
FROM mart_order_line
WHERE order_at IS NOT NULL
UNION ALL
SELECT
    'order',
    count(*),
    min(order_at),
    (SELECT max(as_of) FROM policy)
FROM core_order
WHERE order_at IS NOT NULL
UNION ALL
SELECT
    'shipment',
    count(*),
    min(coalesce(shipped_at, planned_ship_at, planned_delivery_at)),
    (SELECT max(as_of) FROM policy)
FROM core_shipment
WHERE coalesce(shipped_at, planned_ship_at, planned_delivery_at) IS NOT NULL
UNION ALL
SELECT
    'receipt',
    count(*),
    min(coalesce(received_at, eta_at, CAST(promised_date AS TIMESTAMP), ordered_at)),
    (SELECT max(as_of) FROM policy)
FROM core_supply
WHERE supply_type = 'purchase_order' AND coalesce(received_at, eta_at, CAST(promised_date AS TIMESTAMP), ordered_at) IS NOT NULL
UNION ALL
SELECT
    'invoice',
    count(*),
    min(coalesce(posted_at, billable_at, CAST(due_date AS TIMESTAMP))),
    (SELECT max(as_of) FROM policy)
FROM core_invoice
WHERE coalesce(posted_at, billable_at, CAST(due_date AS TIMESTAMP)) IS NOT NULL
LIMIT 5
