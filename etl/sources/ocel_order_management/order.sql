-- One row per order. Complete = the last of its lines delivered, once all of them are.
WITH moment AS (
    SELECT
        object_id AS order_id,
        min(time) FILTER (WHERE activity = 'place order') AS order_at
    FROM _relation
    WHERE object_type = 'order'
    GROUP BY object_id
),

delivered AS (
    SELECT
        line.order_id,
        count(DISTINCT line.order_line_id) AS line_count,
        count(DISTINCT line.order_line_id) FILTER (WHERE relation.time IS NOT NULL) AS delivered_count,
        max(relation.time) AS last_delivered_at
    FROM _line AS line
    LEFT JOIN _relation AS relation
        ON line.order_line_id = relation.object_id AND relation.activity = 'package delivered'
    GROUP BY line.order_id
),

placed AS (
    SELECT
        target_id AS order_id,
        min(source_id) AS customer_id
    FROM raw_ocel_order_management__object_object
    WHERE qualifier = 'places'
    GROUP BY target_id
)

SELECT
    object.id AS order_id,
    placed.customer_id,
    moment.order_at,
    CASE WHEN delivered.delivered_count = delivered.line_count THEN delivered.last_delivered_at END AS complete_at,
    CAST(price.value AS DECIMAL(18, 4)) AS order_amount,
    object.file_no,
    object.file_line
FROM _object AS object
LEFT JOIN moment ON object.id = moment.order_id
LEFT JOIN delivered ON object.id = delivered.order_id
LEFT JOIN placed ON object.id = placed.order_id
LEFT JOIN _last_attribute AS price ON object.id = price.object_id AND price.name = 'price'
WHERE object.object_type = 'order'
