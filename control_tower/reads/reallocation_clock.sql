/* Grain: one row per build: when its facts hold and in which currency its sums are. */
SELECT
    build_id,
    CAST(as_of AS DATE) AS as_of_date,
    reporting_currency
FROM policy
LIMIT 1
