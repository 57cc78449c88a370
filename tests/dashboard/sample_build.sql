INSERT INTO policy (build_id, as_of, policy_version, policy_hash, code_version, reporting_currency, small_sample)
VALUES ($build_id, $as_of, '1', repeat('0', 64), '0.1.0', 'EUR', 30);

INSERT INTO source_clock (source_system, as_of) VALUES ('sample_erp', $as_of), ('sample_wms', $as_of - INTERVAL 3 HOUR);

INSERT INTO source_registry (source_system, title, namespace, latency, time_zone, definition_hash) VALUES
    ('sample_erp', 'Order system', 'acme', 'hourly batch', 'Europe/Paris', repeat('1', 64)),
    ('sample_wms', 'Warehouse system', 'acme', 'nightly', 'Europe/Paris', repeat('2', 64));

INSERT INTO ref_exception_type (type_code, category, title, default_severity, sla_hours) VALUES
    ('inventory_shortfall', 'inventory', 'Inventory shortfall', 'critical', 48),
    ('pick_variance', 'inventory', 'Pick variance or shortfall', 'standard', 24),
    ('credit_hold', 'credit', 'Credit hold', 'standard', 48),
    ('pricing_discrepancy', 'pricing', 'Pricing discrepancy', 'standard', 72),
    ('edi_payload_missing', 'integration', 'EDI payload missing', 'critical', 8),
    ('asn_mismatch', 'supply', 'Advance ship notice mismatch', 'standard', 72),
    ('failed_delivery', 'fulfilment', 'Failed delivery', 'standard', 48),
    ('address_incomplete', 'master_data', 'Address incomplete', 'informational', 120);

INSERT INTO core_site (site_id, source_system, name, site_type, time_zone)
SELECT 'acme:DC' || i, 'sample_erp', 'DC ' || ['Lyon', 'Madrid', 'Hamburg', 'Gdansk', 'Torino', 'Antwerpen'][i], 'distribution_center', 'Europe/Paris'
FROM range(1, 7) AS r(i);

INSERT INTO core_team (team_id, source_system, name, department)
SELECT 'acme:T' || i, 'sample_erp', ['Customer service North', 'Warehouse desk', 'Credit desk', 'Pricing desk', 'EDI support'][i], 'Operations'
FROM range(1, 6) AS r(i);

INSERT INTO core_supplier (supplier_id, source_system, name)
SELECT 'acme:S' || i, 'sample_erp', 'Supplier ' || chr((64 + i)::INTEGER) FROM range(1, 13) AS r(i);

INSERT INTO mart_exception (
    exception_id, source_system, type_code, type_title, category, severity, status, site_id, supplier_id, customer_id,
    order_id, order_line_id, owner_team_id, channel, recurrence_key, detected_at, resolved_at, closed_at, ended_at,
    reopen_count, paused_seconds, sla_due_at, sla_breached, sla_basis, is_open, age_hours, resolution_hours,
    is_time_suspect, value_at_risk_amount, evidence, note, as_of, file_no, file_line
)
WITH drawn AS (
    SELECT
        i,
        (hash(i * 31 + 1) % 1000) / 1000.0 AS a,
        (hash(i * 31 + 2) % 1000) / 1000.0 AS b,
        (hash(i * 31 + 3) % 1000) / 1000.0 AS c,
        (hash(i * 31 + 4) % 1000) / 1000.0 AS d
    FROM range(CAST($rows AS BIGINT)) AS r(i)
),
typed AS (
    SELECT
        d.i, d.a, d.b, d.c, d.d, t.type_code, t.title, t.category, t.default_severity, t.sla_hours,
        $as_of - to_seconds(CAST(d.a * 180 * 86400 AS BIGINT) + d.i % 3000) AS detected_at,
        to_seconds(CAST(-ln(1 - d.b * 0.999) * t.sla_hours * 3600 * 0.9 AS BIGINT)) AS lasted
    FROM drawn AS d
    JOIN (
        SELECT type_code, title, category, default_severity, sla_hours, row_number() OVER (ORDER BY type_code) - 1 AS no
        FROM ref_exception_type
    ) AS t ON t.no = CAST(floor(d.c * d.c * 8) AS BIGINT)
),
lived AS (
    SELECT
        typed.*,
        ($all_closed OR (detected_at + lasted <= $as_of AND b < 0.975)) AS has_ended,
        least(detected_at + lasted, $as_of) AS ends_at,
        detected_at + to_seconds(CAST(sla_hours * 3600 AS BIGINT)) AS due_at,
        (NOT $all_closed AND detected_at + lasted <= $as_of AND b < 0.975 AND i % 44 = 0) AS is_void
    FROM typed
)
SELECT
    'acme:E' || lpad(i::VARCHAR, 6, '0'),
    CASE WHEN i % 4 = 0 THEN 'sample_wms' ELSE 'sample_erp' END,
    type_code, title, category, default_severity,
    CASE WHEN is_void THEN 'duplicate' WHEN has_ended THEN 'resolved' WHEN d < 0.3 THEN 'new' WHEN d < 0.7 THEN 'in_progress' ELSE 'waiting' END,
    CASE WHEN i % 50 <> 0 THEN 'acme:DC' || (1 + floor(d * d * 6))::INTEGER END,
    'acme:S' || (1 + i % 12), 'acme:C' || (i % 400), 'acme:O' || i, 'acme:O' || i || '-1',
    'acme:T' || (1 + (i * 7) % 5), ['edi', 'web', 'inside_sales'][1 + i % 3],
    type_code || '|' || (i % 400), detected_at,
    CASE WHEN has_ended AND NOT is_void THEN ends_at END, CASE WHEN has_ended THEN ends_at END, CASE WHEN has_ended THEN ends_at END,
    0, 0,
    CASE WHEN NOT $no_sla AND NOT $all_closed AND i % 4 <> 0 THEN due_at END,
    CASE WHEN NOT $no_sla AND (i % 4 <> 0 OR $all_closed) THEN (CASE WHEN has_ended THEN ends_at ELSE $as_of END) > due_at END,
    CASE WHEN $no_sla THEN NULL WHEN $all_closed THEN 'source_flag' WHEN i % 4 <> 0 THEN 'due_time' END,
    NOT has_ended,
    CASE WHEN NOT has_ended THEN (epoch($as_of) - epoch(detected_at)) / 3600.0 END,
    CASE WHEN has_ended AND NOT is_void THEN (epoch(ends_at) - epoch(detected_at)) / 3600.0 END,
    false,
    CASE WHEN NOT $all_closed AND i % 5 <> 0 THEN round(120 + d * d * d * 48000, 2) END,
    CASE WHEN i % 3 = 0 THEN 'ordered 40, free stock 12, next receipt 2026-03-21' END,
    CASE WHEN i % 7 = 0 THEN $note END,
    $as_of, 1, i + 2
FROM lived;

INSERT INTO load_ledger (
    file_no, load_id, source_system, file, sha256, size_bytes, read_rows, loaded_rows, refused_rows, duplicate_rows,
    superseded_rows, loaded_by, loaded_at, warning
) VALUES
    (1, 1, 'sample_erp', 'orders_2026_03.csv', repeat('a', 64), 1482211, 41250, 41190, 48, 12, 7, 'engineer', $as_of + INTERVAL 10 MINUTE, NULL),
    (2, 1, 'sample_wms', 'picks_2026_03.parquet', repeat('b', 64), 981234, 22810, 22810, 0, 0, 0, 'engineer', $as_of - INTERVAL 11 HOUR, NULL),
    (3, 2, 'sample_wms', 'picks_empty.csv', repeat('c', 64), 0, 0, 0, 0, 0, 0, 'engineer', $as_of - INTERVAL 10 HOUR, 'the file is empty');

INSERT INTO quarantine (
    file_no, source_system, file, raw_table, file_line, last_line, place, column_name, rule, value, reason, raw, record_count, is_repaired
)
SELECT
    1, 'sample_erp', 'orders_2026_03.csv', 'order_header', 17 + i * 31, 17 + i * 31, NULL,
    ['order_at', 'ordered_qty', ''][1 + i % 3], ['not_a_time', 'not_a_number', 'field_count'][1 + i % 3],
    ['31/02/2026', '-1.234,50', NULL][1 + i % 3],
    ['no such day; write an existing one', 'ambiguous decimal sign; declare the locale', 'row has 11 fields, header has 12; repair the line'][1 + i % 3],
    CAST('x' AS BLOB), 1, i % 10 = 0
FROM range(48) AS r(i);

INSERT INTO audit_result (audit_name, title, blocks_publishing, broken_rows, example) VALUES
    ('rows_are_accounted_for', 'Every row read is loaded, refused or a duplicate', true, 0, NULL),
    ('ended_after_start', 'Nothing ends before it starts', false, 3, '{"exception_id": "acme:E000017"}');

INSERT INTO unmapped_code (source_system, kind, local_code, row_count, first_seen_at, last_seen_at) VALUES
    ('sample_erp', 'exception_type', 'Z9', 41, $as_of - INTERVAL 20 DAY, $as_of - INTERVAL 1 DAY);

INSERT INTO parked_row (relation, source_system, row_key, missing_relation, missing_id, file_no, file_line)
SELECT 'core_order_line', 'sample_erp', 'acme:O' || i || '-1', 'core_item', 'acme:I' || (i % 3), 1, i FROM range(9) AS r(i);

INSERT INTO load_conflict (source_system, raw_table, row_key, file_no, file_line, kept_file_no, kept_line, old_row) VALUES
    ('sample_erp', 'order_header', 'O17', 1, 18, 1, 4001, '{"order_id": "O17", "status": "open"}');

INSERT INTO suspicious_id (relation, suspicious_id, why) VALUES ('core_customer', 'acme:C' || chr(8203) || '17', 'zero-width');

INSERT INTO core_integration_message (
    message_id, attempt, source_system, interface_id, sent_at, status, correlation_id, error_class, http_code, consumer, dlq_at, recovered_at
)
SELECT
    'acme:M' || i, attempt, 'sample_erp', 'acme:' || ['EDI.ORDERS', 'PORTAL.ORDERS', 'CARRIER.STATUS'][1 + i % 3],
    $as_of - to_minutes(CAST(i * 37 - attempt * 11 AS BIGINT)),
    CASE WHEN attempt = 1 AND i % 20 < 2 THEN 'failed' WHEN attempt = 2 AND i % 60 = 0 THEN 'dead_letter' ELSE 'ok' END,
    'acme:K' || i, CASE WHEN attempt = 1 AND i % 20 < 2 OR i % 60 = 0 THEN ['timeout', 'schema', 'auth'][1 + i % 7 % 3] END,
    CASE WHEN i % 20 = 1 THEN 504 END, 'order intake',
    CASE WHEN attempt = 2 AND i % 60 = 0 THEN $as_of - to_minutes(CAST(i * 37 - 30 AS BIGINT)) END, NULL
FROM range(CASE WHEN $rows > 0 AND NOT $all_closed THEN 2400 ELSE 0 END) AS r(i), range(1, 3) AS s(attempt)
WHERE attempt = 1 OR i % 20 < 2;
