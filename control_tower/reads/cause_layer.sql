/* Grain: one row per type, dispositioned root cause, error class of a failed message behind it, and whether an
   approval overrode the recommendation or waived a limit: exceptions of [since, until), their money once per order
   line, and the policy rule that asked most often. */
WITH message AS (
    SELECT
        exception_id,
        min(error_class) AS error_class
    FROM core_integration_message
    WHERE exception_id IS NOT NULL AND status <> 'ok'
    GROUP BY exception_id
),
decision AS (
    SELECT
        exception_id,
        bool_or(waiver IS NOT NULL OR override_reason IS NOT NULL OR chosen_option <> recommended_option) AS is_override,
        mode(policy_rule_id) AS policy_rule_id
    FROM core_approval
    WHERE exception_id IS NOT NULL
    GROUP BY exception_id
),
raised AS (
    SELECT
        raised.type_code,
        raised.root_cause_code,
        message.error_class,
        coalesce(decision.is_override, false) AS is_override,
        decision.policy_rule_id,
        coalesce(raised.order_line_id, raised.exception_id) AS money_id,
        raised.value_at_risk_amount
    FROM mart_exception AS raised
    LEFT JOIN message ON raised.exception_id = message.exception_id
    LEFT JOIN decision ON raised.exception_id = decision.exception_id
    WHERE
        raised.status NOT IN ('duplicate', 'false_positive')
        AND coalesce(raised.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
        AND raised.detected_at >= $since
        AND raised.detected_at < $until
        AND (len(CAST($sites AS VARCHAR[])) = 0 OR list_contains(CAST($sites AS VARCHAR[]), raised.site_id))
),
line AS (
    SELECT
        type_code,
        root_cause_code,
        error_class,
        is_override,
        policy_rule_id,
        money_id,
        count(*) AS n,
        max(value_at_risk_amount) AS amount
    FROM raised
    GROUP BY type_code, root_cause_code, error_class, is_override, policy_rule_id, money_id
)
SELECT
    type_code,
    root_cause_code,
    error_class,
    is_override,
    policy_rule_id,
    CAST(sum(n) AS BIGINT) AS n,
    CAST(sum(amount) AS DOUBLE) AS amount
FROM line
GROUP BY type_code, root_cause_code, error_class, is_override, policy_rule_id
ORDER BY n DESC, type_code
LIMIT 100000
