/* ---
number    = "K32"
title     = "Recall by random sample"
question  = "Of the orders that had something wrong, how many did we notice?"
formula   = "orders booked in the period with an exception / (those + orders without one x share of passed orders, drawn at random in the period, in which an exception had been missed); Wilson interval"
grain     = "subject"
aggregate = "derived"
unit      = "percent"
better    = "higher"
owner     = "Process"
needs     = ["core_audit_sample", "core_order.order_at", "mart_exception.order_id"]
function  = "sampled_recall"
part      = "subject_kind"
note      = "An estimate: n counts the sampled orders. Duplicates and false positives are no exceptions."
--- */
WITH hit AS (
    SELECT DISTINCT order_id
    FROM mart_exception
    WHERE
        order_id IS NOT NULL
        AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND status NOT IN ('duplicate', 'false_positive')
)

SELECT
    'order ' || booked.order_id AS subject_id,
    booked.order_at AS measured_on,
    0 AS value,
    1 AS weight,
    CASE WHEN hit.order_id IS NULL THEN 'passed' ELSE 'caught' END AS subject_kind,
    booked.source_system,
    booked.site_id,
    booked.channel
FROM core_order AS booked
LEFT JOIN hit ON booked.order_id = hit.order_id
WHERE booked.order_at IS NOT NULL
UNION ALL
SELECT
    'sample ' || drawn.audit_sample_id AS subject_id,
    drawn.sampled_at AS measured_on,
    CASE WHEN drawn.found_type_code IS NULL THEN 0 ELSE 1 END AS value,
    1 AS weight,
    'sampled' AS subject_kind,
    sampled.source_system,
    sampled.site_id,
    sampled.channel
FROM core_audit_sample AS drawn
LEFT JOIN core_order AS sampled ON drawn.order_id = sampled.order_id
