-- One row per purchase order: its vendor, its status and its first and last moments.
WITH header AS (
    SELECT
        ocel_id,
        arg_max(vendor, ocel_time) FILTER (WHERE vendor IS NOT NULL) AS vendor,
        arg_max(release_status, ocel_time) FILTER (WHERE release_status IS NOT NULL) AS release_status
    FROM raw_ocel_procure_to_pay__purchase_order
    GROUP BY ocel_id
),

moment AS (
    SELECT
        object_id,
        min(ocel_time) FILTER (WHERE activity = 'Create Purchase Order') AS ordered_at,
        max(ocel_time) FILTER (WHERE activity = 'Create Goods Receipt') AS last_received_at
    FROM _happened
    GROUP BY object_id
)

SELECT
    header.ocel_id AS purchase_order_id,
    header.vendor,
    header.release_status,
    moment.ordered_at,
    moment.last_received_at
FROM header
LEFT JOIN moment ON header.ocel_id = moment.object_id
