-- One row per event with its order of equal times. The log numbers nothing, and its JSON and XML forms list
-- events in different orders: the number comes from time, then the order of the process, then the id.
SELECT
    id,
    type,
    time,
    row_number() OVER (
        ORDER BY
            time,
            CASE type
                WHEN 'place order' THEN 1
                WHEN 'item out of stock' THEN 2
                WHEN 'reorder item' THEN 3
                WHEN 'confirm order' THEN 4
                WHEN 'pick item' THEN 5
                WHEN 'create package' THEN 6
                WHEN 'send package' THEN 7
                WHEN 'failed delivery' THEN 8
                WHEN 'package delivered' THEN 9
                WHEN 'payment reminder' THEN 10
                WHEN 'pay order' THEN 11
                ELSE 12
            END,
            id
    ) AS event_no,
    file_no,
    file_line
FROM raw_ocel_order_management__event
