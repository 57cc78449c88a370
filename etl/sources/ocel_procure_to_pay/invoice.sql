-- One row per invoice receipt: a supplier's invoice to us, paid by its first payment. Several orders may
-- share one invoice; they share its vendor too, or the vendor stays empty.
WITH amount AS (
    SELECT
        ocel_id,
        arg_max(debit_amount, ocel_time) FILTER (WHERE debit_amount IS NOT NULL) AS debit_amount,
        max(payment_block) IS NOT NULL AS is_blocked,
        arg_min(file_no, (ocel_time, file_no, file_line)) AS file_no,
        arg_min(file_line, (ocel_time, file_no, file_line)) AS file_line
    FROM raw_ocel_procure_to_pay__invoicereceipt
    GROUP BY ocel_id
),

moment AS (
    SELECT
        object_id,
        min(ocel_time) FILTER (WHERE activity = 'Create Invoice Receipt') AS posted_at,
        min(ocel_time) FILTER (WHERE activity = 'Execute Payment') AS paid_at
    FROM _happened
    GROUP BY object_id
),

billed AS (
    SELECT
        relation.ocel_target_id AS invoice_id,
        CASE WHEN count(DISTINCT ordered.vendor) = 1 THEN min(ordered.vendor) END AS vendor
    FROM raw_ocel_procure_to_pay__object_object AS relation
    INNER JOIN _purchase_order AS ordered ON relation.ocel_source_id = ordered.purchase_order_id
    WHERE relation.ocel_qualifier LIKE 'Invoice Receipt%'
    GROUP BY relation.ocel_target_id
)

SELECT
    amount.ocel_id AS invoice_id,
    'payable' AS direction,
    billed.vendor AS supplier_id,
    amount.is_blocked,
    moment.posted_at,
    moment.paid_at,
    amount.debit_amount AS amount,
    amount.file_no,
    amount.file_line
FROM amount
LEFT JOIN moment ON amount.ocel_id = moment.object_id
LEFT JOIN billed ON amount.ocel_id = billed.invoice_id
