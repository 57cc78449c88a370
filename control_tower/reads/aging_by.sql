/* Grain: one row per value of the dimension named by $dimension (an allow-listed word) and bucket of K10, open
   exceptions only, the values with most open ones first. Money counts once per order line: value_amount within a
   value and bucket, key_value within the value (two buckets may share a line). Key null = the source does not say. */
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
        (sla_due_at > as_of AND sla_due_at <= as_of + INTERVAL 1 DAY) AS is_due_next
    FROM {exceptions}
    WHERE is_open AND age_hours IS NOT NULL
),
part AS (
    SELECT
        aged.key,
        aged.bucket,
        money.money_key,
        max(money.amount) AS line_value
    FROM aged
    INNER JOIN mart_money_at_risk AS money ON aged.exception_id = money.exception_id
    GROUP BY GROUPING SETS ((aged.key, aged.bucket, money.money_key), (aged.key, money.money_key))
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
    whole.value_amount AS key_value,
    cell.oldest_hours,
    sum(cell.n) OVER (PARTITION BY cell.key)::BIGINT AS key_open
FROM cell
LEFT JOIN money ON cell.key IS NOT DISTINCT FROM money.key AND cell.bucket = money.bucket
LEFT JOIN money AS whole ON cell.key IS NOT DISTINCT FROM whole.key AND whole.bucket IS NULL
LEFT JOIN core_site AS site ON $dimension = 'site_id' AND cell.key = site.site_id
LEFT JOIN core_supplier AS supplier ON $dimension = 'supplier_id' AND cell.key = supplier.supplier_id
LEFT JOIN core_team AS team ON $dimension = 'owner_team_id' AND cell.key = team.team_id
LEFT JOIN ref_exception_type ON $dimension = 'type_code' AND cell.key = ref_exception_type.type_code
ORDER BY key_open DESC, cell.key, cell.bucket
LIMIT 1000
