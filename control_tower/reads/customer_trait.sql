/* Grain: one row per trait of customers and its value: how many customers have it, and how many of $customers. */
WITH trait AS (
    SELECT
        customer_id,
        'segment' AS trait,
        segment AS value
    FROM core_customer
    UNION ALL
    SELECT
        customer_id,
        'tier',
        tier
    FROM core_customer
    UNION ALL
    SELECT
        customer_id,
        'business_unit',
        business_unit
    FROM core_customer
    UNION ALL
    SELECT
        customer_id,
        'payment_term_days',
        CAST(payment_term_days AS VARCHAR)
    FROM core_customer
)
SELECT
    trait,
    value,
    count(*) AS customer_count,
    count(*) FILTER (WHERE list_contains(CAST($customers AS VARCHAR[]), customer_id)) AS member_count
FROM trait
WHERE value IS NOT NULL
GROUP BY trait, value
ORDER BY member_count DESC, trait, value
LIMIT 1000
