/* Grain: one row per id that hides characters or mixes look-alike scripts; flagged, never merged (fault 27). */
WITH id AS (
    SELECT 'core_object' AS relation, object_id AS suspicious_id FROM core_object WHERE strlen(object_id) <> length(object_id)
    UNION
    SELECT 'core_exception' AS relation, exception_id AS suspicious_id
    FROM core_exception WHERE strlen(exception_id) <> length(exception_id)
    UNION
    SELECT 'core_order' AS relation, order_id AS suspicious_id FROM core_order WHERE strlen(order_id) <> length(order_id)
    UNION
    SELECT 'core_order_line' AS relation, order_line_id AS suspicious_id
    FROM core_order_line WHERE strlen(order_line_id) <> length(order_line_id)
    UNION
    SELECT 'core_customer' AS relation, customer_id AS suspicious_id
    FROM core_customer WHERE strlen(customer_id) <> length(customer_id)
    UNION
    SELECT 'core_item' AS relation, item_id AS suspicious_id FROM core_item WHERE strlen(item_id) <> length(item_id)
    UNION
    SELECT 'core_site' AS relation, site_id AS suspicious_id FROM core_site WHERE strlen(site_id) <> length(site_id)
    UNION
    SELECT 'core_supplier' AS relation, supplier_id AS suspicious_id
    FROM core_supplier WHERE strlen(supplier_id) <> length(supplier_id)
)
SELECT
    relation,
    suspicious_id,
    CASE
        WHEN regexp_matches(suspicious_id, '[\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]') THEN 'right-to-left'
        WHEN regexp_matches(suspicious_id, '[\x{200b}-\x{200d}\x{2060}\x{feff}\x{00ad}]') THEN 'zero-width'
        ELSE 'mixed scripts'
    END AS why
FROM id
WHERE
    regexp_matches(suspicious_id, '[\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{2066}-\x{2069}\x{feff}\x{00ad}]')
    OR (
        regexp_matches(regexp_replace(suspicious_id, '^[a-z0-9_]*:', ''), '[A-Za-z]')
        AND regexp_matches(suspicious_id, '[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]')
    )
