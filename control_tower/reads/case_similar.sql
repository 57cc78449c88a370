/* Grain: one row per resolved exception that is most like $exception_id, the nearest first: same type first, then same
   customer tier, site and item family, then the nearest value at risk; ties by the newest. difference counts what differs:
   3 another type of the same category, 1 each for tier, site and family, up to 2 for value (1 per factor of ten), and 1 where nobody says how it ended. */
WITH own AS (
    SELECT
        e.exception_id,
        e.type_code,
        e.category,
        e.customer_tier,
        e.site_id,
        e.product_family,
        e.value_at_risk_amount,
        e.detected_at
    FROM {exceptions} AS e
    WHERE e.exception_id = $exception_id
)
SELECT
    e.exception_id,
    e.type_title,
    e.customer_tier,
    coalesce(site.name, regexp_replace(e.site_id, '^[^:]+:', '')) AS site,
    e.value_at_risk_amount::DOUBLE AS value_at_risk_amount,
    coalesce(e.resolution_code, 'not stated') AS ended_by,
    e.root_cause_code,
    e.resolution_hours,
    e.sla_breached,
    e.resolved_at,
    (
        CASE WHEN e.type_code = own.type_code THEN 0 ELSE 3 END
        + CASE WHEN e.customer_tier IS NOT DISTINCT FROM own.customer_tier THEN 0 ELSE 1 END
        + CASE WHEN e.site_id IS NOT DISTINCT FROM own.site_id THEN 0 ELSE 1 END
        + CASE WHEN e.product_family IS NOT DISTINCT FROM own.product_family THEN 0 ELSE 1 END
        + CASE
            WHEN own.value_at_risk_amount IS NULL AND e.value_at_risk_amount IS NULL THEN 0
            WHEN own.value_at_risk_amount > 0 AND e.value_at_risk_amount > 0
                THEN least(abs(log10(e.value_at_risk_amount::DOUBLE) - log10(own.value_at_risk_amount::DOUBLE)), 2)
            ELSE 2
        END
        + CASE WHEN e.resolution_code IS NULL THEN 1 ELSE 0 END
    ) AS difference
FROM {exceptions} AS e
INNER JOIN own ON e.category = own.category AND e.exception_id != own.exception_id
LEFT JOIN core_site AS site ON e.site_id = site.site_id
WHERE e.resolved_at IS NOT NULL AND NOT e.is_time_suspect AND e.status NOT IN ('duplicate', 'false_positive')
ORDER BY difference, e.resolved_at DESC, e.exception_id
LIMIT 10
