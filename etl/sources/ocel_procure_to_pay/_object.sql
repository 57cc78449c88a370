-- One row per object of the log, its type in our words.
SELECT
    ocel_id,
    CASE ocel_type
        WHEN 'material' THEN 'purchase_order_line'
        WHEN 'goods receipt' THEN 'receipt'
        WHEN 'invoice receipt' THEN 'invoice'
        ELSE ocel_type
    END AS object_type,
    file_no,
    file_line
FROM raw_ocel_procure_to_pay__object
