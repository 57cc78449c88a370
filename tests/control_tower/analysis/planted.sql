-- A distributor whose failure rates are known: planted causes, and decoys that only look like ones.
-- Order lines over some days before 2026-07-01, drawn by hashing, so that the same seed gives the same rows.
INSERT INTO policy VALUES ('planted', TIMESTAMP '2026-07-01', '1', 'none', '0', 'EUR', 30);
INSERT INTO policy_parameter VALUES ('recurrence_days', 30), ('touch_gap_seconds', 300);
INSERT INTO source_clock VALUES ('erp', TIMESTAMP '2026-07-01');
INSERT INTO ref_exception_type (type_code, category, title, default_severity)
SELECT code, category, title, 'standard'
FROM (VALUES
    ('pick_shortfall', 'inventory', 'Pick shortfall'), ('stale_sync_backorder', 'inventory', 'Stale sync'),
    ('promotion_mismatch', 'pricing', 'Promotion mismatch'), ('margin_violation', 'pricing', 'Margin violation'),
    ('credit_hold', 'credit', 'Credit hold'), ('invalid_ship_to', 'master_data', 'Invalid ship-to'),
    ('asn_mismatch', 'supply', 'ASN mismatch'), ('it_incident', 'service', 'IT incident')
) AS typed (code, category, title);
INSERT INTO core_customer (customer_id, source_system, tier, segment, business_unit)
SELECT
    'd:C' || i, 'erp', CASE i % 10 WHEN 0 THEN 'strategic' WHEN 1 THEN 'key' WHEN 2 THEN 'key' WHEN 3 THEN 'small' WHEN 4 THEN 'small' ELSE 'standard' END,
    'segment ' || (i // 10) % 5, 'unit ' || i % 3
FROM range($customers) AS c (i);
INSERT INTO core_item (item_id, source_system, product_family)
SELECT 'd:I' || i, 'erp', 'family ' || i % 8 FROM range(400) AS c (i);
CREATE TEMP MACRO drawn(i, salt) AS hash(concat(i, ':', salt, ':$seed')) / 18446744073709551616.0;
CREATE TEMP TABLE planned AS
SELECT
    i AS line_no,
    i // 2 AS order_no,
    TIMESTAMP '2026-07-01' - to_seconds(CAST((1 - i / $lines) * $days * 86400 AS BIGINT)) AS order_at,
    i / $lines AS at_share,
    -- a customer of the strategic tier buys from site 2 far more often: mix, no cause
    CAST(floor(drawn(i // 2, 'customer') * $customers) AS BIGINT) AS customer_no,
    CAST(floor(pow(drawn(i // 2, 'site'), 2.2) * 20) AS INTEGER) AS drawn_site,
    CAST(floor(drawn(i // 2, 'channel') * 4) AS INTEGER) AS channel_no,
    CAST(floor(pow(drawn(i, 'item'), 1.5) * 400) AS INTEGER) AS item_no
FROM range($lines) AS r (i);
CREATE TEMP TABLE world AS
SELECT
    line_no, order_no, order_at, at_share, customer_no, channel_no, item_no,
    CASE WHEN customer_no % 10 = 0 AND drawn(order_no, 'home') < 0.7 THEN 2 ELSE drawn_site END AS site_no,
    item_no % 40 AS supplier_no,
    item_no % 8 AS family_no,
    customer_no % 10 = 0 AS is_strategic,
    (customer_no // 10) % 5 AS segment_no
FROM planned;
INSERT INTO core_order (order_id, source_system, customer_id, site_id, channel, business_unit, fulfilment_channel, order_at)
SELECT
    'd:O' || order_no, 'erp', 'd:C' || any_value(customer_no), 'd:S' || any_value(site_no),
    'channel ' || any_value(channel_no), 'unit ' || any_value(customer_no) % 3, 'dc', min(order_at)
FROM world GROUP BY order_no;
INSERT INTO mart_order_line (
    order_line_id, order_id, source_system, customer_id, customer_tier, segment, item_id, product_family, site_id,
    supplier_id, channel, fulfilment_channel, business_unit, order_at, line_amount
)
SELECT
    'd:L' || w.line_no, 'd:O' || w.order_no, 'erp', 'd:C' || w.customer_no, c.tier, c.segment, 'd:I' || w.item_no,
    'family ' || w.family_no, 'd:S' || w.site_no, 'd:V' || w.supplier_no, 'channel ' || w.channel_no, 'dc',
    c.business_unit, w.order_at, 100
FROM world AS w INNER JOIN core_customer AS c ON c.customer_id = 'd:C' || w.customer_no;
INSERT INTO core_supply (supply_id, source_system, supply_type, supplier_id, site_id, item_id, received_at)
SELECT
    'd:R' || line_no, 'erp', 'purchase_order', 'd:V' || supplier_no, 'd:S' || line_no % 20, 'd:I' || item_no, order_at
FROM world WHERE line_no % 5 = 0;
-- rates per line, order or receipt: base × what is planted; without `planted` every cause is off
CREATE TEMP TABLE failing AS
SELECT 'pick_shortfall' AS type_code, 'inventory' AS category, line_no, 1 AS grain
FROM world WHERE drawn(line_no, 'pick') < 0.012 * CASE WHEN $planted AND site_no = 7 THEN 4 ELSE 1 END
UNION ALL
SELECT 'stale_sync_backorder', 'inventory', line_no, 1
FROM world WHERE drawn(line_no, 'sync') < 0.008 * CASE WHEN $planted AND supplier_no = 11 THEN 6 ELSE 1 END
UNION ALL
SELECT 'promotion_mismatch', 'pricing', line_no, 1
FROM world WHERE drawn(line_no, 'promotion') < CASE
    WHEN $planted AND channel_no = 1 AND family_no = 3 AND at_share BETWEEN 0.7 AND 0.78 THEN 0.4 ELSE 0.004 END
UNION ALL
SELECT 'margin_violation', 'pricing', line_no, 1
FROM world WHERE drawn(line_no, 'margin') < CASE WHEN is_strategic THEN 0.03 ELSE 0.006 END
UNION ALL
SELECT 'credit_hold', 'credit', line_no, 2
FROM world WHERE line_no % 2 = 0 AND drawn(order_no, 'credit') < 0.01 * CASE WHEN $planted AND segment_no = 4 AND at_share > 0.6 THEN 3 ELSE 1 END
UNION ALL
SELECT 'invalid_ship_to', 'master_data', line_no, 2
FROM world WHERE line_no % 2 = 0 AND drawn(order_no, 'ship_to') < 0.006
UNION ALL
SELECT 'asn_mismatch', 'supply', line_no, 3
FROM world WHERE line_no % 5 = 0 AND drawn(line_no, 'asn') < 0.03 * CASE WHEN $planted AND supplier_no = 5 THEN 5 ELSE 1 END
UNION ALL
SELECT 'it_incident', 'service', line_no, 4
FROM world WHERE drawn(line_no, 'incident') < 0.0005;
INSERT INTO mart_exception (
    exception_id, source_system, type_code, type_title, category, severity, status, site_id, supplier_id, customer_id,
    customer_tier, segment, item_id, product_family, order_id, order_line_id, channel, business_unit, process_step,
    recurrence_key, detected_at, resolved_at, ended_at, reopen_count, paused_seconds, is_open, resolution_hours,
    is_time_suspect, value_at_risk_amount, as_of
)
SELECT
    'd:E' || f.type_code || f.line_no, 'erp', f.type_code, f.type_code, f.category, 'standard', 'resolved',
    CASE WHEN f.grain = 3 THEN 'd:S' || w.line_no % 20 ELSE 'd:S' || w.site_no END,
    CASE WHEN f.grain IN (1, 3) THEN 'd:V' || w.supplier_no END,
    CASE WHEN f.grain < 3 THEN 'd:C' || w.customer_no END, CASE WHEN f.grain < 3 THEN c.tier END,
    CASE WHEN f.grain < 3 THEN c.segment END, 'd:I' || w.item_no, 'family ' || w.family_no,
    CASE WHEN f.grain < 3 THEN 'd:O' || w.order_no END, CASE WHEN f.grain = 1 THEN 'd:L' || w.line_no END,
    CASE WHEN f.grain < 3 THEN 'channel ' || w.channel_no END, c.business_unit, 'step ' || f.grain,
    f.type_code || '|d:S' || w.site_no || '|d:I' || w.item_no, w.order_at + INTERVAL 1 HOUR, w.order_at + INTERVAL 25 HOUR,
    w.order_at + INTERVAL 25 HOUR, 0, 0, false, 24, false, 100, TIMESTAMP '2026-07-01'
FROM failing AS f INNER JOIN world AS w ON f.line_no = w.line_no
INNER JOIN core_customer AS c ON c.customer_id = 'd:C' || w.customer_no
