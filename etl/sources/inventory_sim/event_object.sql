-- One row per relation of the log (it has no qualifiers: the type stands in), and one more for the document
-- that an order line or purchase order line belongs to.
SELECT
    event_id,
    object_id,
    object_type,
    object_type AS qualifier,
    file_no,
    file_line
FROM _relation
UNION ALL
SELECT DISTINCT
    event_id,
    regexp_replace(object_id, '^(PO|SO)_ITEM--([0-9]+)-.*$', '\1--\2') AS object_id,
    CASE object_type WHEN 'order_line' THEN 'order' ELSE 'purchase_order' END AS object_type,
    'document' AS qualifier,
    file_no,
    file_line
FROM _relation
WHERE object_type IN ('order_line', 'purchase_order_line')
