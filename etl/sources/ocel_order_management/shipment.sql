-- One row per package. Order and customer are given where all its lines share them.
WITH moment AS (
    SELECT
        object_id AS shipment_id,
        min(time) FILTER (WHERE activity = 'send package') AS shipped_at,
        max(time) FILTER (WHERE activity = 'package delivered') AS delivered_at
    FROM _relation
    WHERE object_type = 'shipment'
    GROUP BY object_id
),

content AS (
    SELECT
        line.shipment_id,
        CASE WHEN count(DISTINCT line.order_id) = 1 THEN min(line.order_id) END AS order_id,
        CASE WHEN count(DISTINCT placed.source_id) = 1 THEN min(placed.source_id) END AS customer_id
    FROM _line AS line
    LEFT JOIN raw_ocel_order_management__object_object AS placed
        ON line.order_id = placed.target_id AND placed.qualifier = 'places'
    GROUP BY line.shipment_id
)

SELECT
    object.id AS shipment_id,
    content.order_id,
    content.customer_id,
    moment.shipped_at,
    moment.delivered_at,
    object.file_no,
    object.file_line
FROM _object AS object
LEFT JOIN moment ON object.id = moment.shipment_id
LEFT JOIN content ON object.id = content.shipment_id
WHERE object.object_type = 'shipment'
