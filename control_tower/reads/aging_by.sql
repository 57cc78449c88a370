/* Grain: one row per value of the dimension named by $dimension (an allow-listed word) and bucket of K10, open
   exceptions only, the values with most open ones first. Money counts once per order line within a value and
   bucket. Key null = the source does not say. */
WITH aged AS (
    SELECT
        CASE $dimension
            WHEN 'severity' THEN severity
            WHEN 'type_code' THEN type_code
            WHEN 'site_id' THEN site_id
            WHEN 'supplier_id' THEN supplier_id
            WHEN 'owner_team_id' THEN owner_team_id
        END AS key,
        CASE
            WHEN age_hours < 4 THEN '0-4h'
            WHEN age_hours < 24 THEN '4-24h'
            WHEN age_hours < 72 THEN '1-3d'
            WHEN age_hours < 168 THEN '3-7d'
            WHEN age_hours < 336 THEN '7-14d'
            ELSE 'over-14d'
        END AS bucket,
        exception_id,
        age_hours,
        sla_breached,
        (sla_due_at > as_of AND sla_due_at <= as_of + INTERVAL 1 DAY) AS is_due_next,
        order_line_id,
        order_id,
        invoice_id,
        shipment_id,
        value_at_risk_amount
    FROM {exceptions}
    WHERE is_open AND age_hours IS NOT NULL
),
affected AS (
    SELECT
        x.key,
        x.bucket,
        x.value_at_risk_amount,
        coalesce(
            'line ' || coalesce(x.order_line_id, line.order_line_id),
            'order ' || x.order_id,
            'invoice ' || x.invoice_id,
            'shipment ' || x.shipment_id,
            'exception ' || x.exception_id
        ) AS money_key,
        line.order_line_id AS line_of_order_id,
        coalesce(line.line_amount, 0) AS line_amount,
        sum(coalesce(line.line_amount, 0)) OVER (PARTITION BY x.exception_id) AS order_amount,
        count(*) OVER (PARTITION BY x.exception_id) AS line_count
    FROM aged AS x
    LEFT JOIN mart_order_line AS line
        ON CASE WHEN x.order_line_id IS NULL THEN x.order_id END = line.order_id
    WHERE x.value_at_risk_amount IS NOT NULL
),
part AS (
    SELECT
        key,
        bucket,
        max(
            CASE
                WHEN line_of_order_id IS NULL THEN CAST(value_at_risk_amount AS DOUBLE)
                ELSE value_at_risk_amount * coalesce(line_amount / nullif(order_amount, 0), 1.0 / line_count)
            END
        ) AS line_value
    FROM affected
    GROUP BY key, bucket, money_key
),
money AS (
    SELECT
        key,
        bucket,
        sum(line_value) AS value_amount
    FROM part
    GROUP BY key, bucket
),
cell AS (
    SELECT
        key,
        bucket,
        count(exception_id) AS n,
        count(exception_id) FILTER (WHERE sla_breached) AS late_count,
        count(exception_id) FILTER (WHERE is_due_next) AS due_next_count,
        max(age_hours) AS oldest_hours
    FROM aged
    GROUP BY key, bucket
)
SELECT
    cell.key,
    coalesce(
        site.name, supplier.name, team.name, ref_exception_type.title, regexp_replace(cell.key, '^[^:]+:', '')
    ) AS label,
    cell.bucket,
    cell.n,
    cell.late_count,
    cell.due_next_count,
    money.value_amount,
    cell.oldest_hours,
    sum(cell.n) OVER (PARTITION BY cell.key)::BIGINT AS key_open
FROM cell
LEFT JOIN money ON cell.key IS NOT DISTINCT FROM money.key AND cell.bucket = money.bucket
LEFT JOIN core_site AS site ON $dimension = 'site_id' AND cell.key = site.site_id
LEFT JOIN core_supplier AS supplier ON $dimension = 'supplier_id' AND cell.key = supplier.supplier_id
LEFT JOIN core_team AS team ON $dimension = 'owner_team_id' AND cell.key = team.team_id
LEFT JOIN ref_exception_type ON $dimension = 'type_code' AND cell.key = ref_exception_type.type_code
ORDER BY key_open DESC, cell.key, cell.bucket
LIMIT 1000
