/* A hundred thousand ways that one case takes each, and one way of ten thousand steps that 20,000 cases take. */
INSERT INTO mart_variant (view, variant_no, activity_nos, step_count, case_count)
SELECT 'exception', 100000 + n, [1, 2 + n % 5, 2 + n // 5 % 5, 2 + n // 25 % 5], 4, 1
FROM range(1, 100000) AS many(n)
UNION ALL
SELECT 'exception', 200000, list_transform(range(10000), lambda one: one % 7 + 1), 10000, 20000;

INSERT INTO mart_case (
    view, case_no, case_id, source_system, variant_no, step_count, started_at, ended_at, throughput_seconds, is_open
)
SELECT
    'exception', 10000 + n, 'acme:DEEP' || n, 'erp', CASE WHEN n < 100000 THEN 100000 + n ELSE 200000 END,
    CASE WHEN n < 100000 THEN 4 ELSE 10000 END, TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-02', 86400, false
FROM range(1, 120000) AS many(n);
