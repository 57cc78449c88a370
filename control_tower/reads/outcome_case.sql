/* Grain: one row per exception, for the comparison of decided cases with similar ones: its cell (type × severity × tier
   × site group, and whether its value is known), what it is matched by, when it was first decided on, and what became
   of it; hours are since detection. A case is decided on when a proposal for it had the last yes that it needed; one
   that was rejected or withdrawn is not. For analysis, not for a page: the LIMIT is beyond any build, because a cut table
   compares with the wrong cases. */
WITH said AS (
    SELECT
        approval.proposal_id,
        max(approval.decided_at) AS decided_at,
        arg_max(approval.policy_version, approval.decided_at) AS policy_version
    FROM core_approval AS approval
    WHERE approval.decision = 'approved' AND approval.decided_at IS NOT NULL
    GROUP BY approval.proposal_id
),

linked AS (
    SELECT
        event_object.event_id,
        event_object.object_id AS proposal_id
    FROM core_event_object AS event_object
    WHERE event_object.object_type = 'proposal'
),

about AS (
    SELECT
        proposal.proposal_id,
        proposal.exception_id
    FROM core_proposal AS proposal
    WHERE proposal.exception_id IS NOT NULL
    UNION
    SELECT
        linked.proposal_id,
        touched.object_id AS exception_id
    FROM linked
    INNER JOIN core_event_object AS touched ON linked.event_id = touched.event_id AND touched.object_type = 'exception'
),

decided AS (
    SELECT
        about.exception_id,
        min(said.decided_at) AS decided_at,
        arg_min(proposal.action, said.decided_at) AS action,
        arg_min(said.policy_version, said.decided_at) AS policy_version
    FROM about
    INNER JOIN core_proposal AS proposal ON about.proposal_id = proposal.proposal_id
    INNER JOIN said ON proposal.proposal_id = said.proposal_id
    WHERE proposal.state IN ('approved', 'released', 'confirmed', 'failed', 'cancelled')
    GROUP BY about.exception_id
)

SELECT
    e.exception_id,
    e.site_id,
    dense_rank() OVER (
        ORDER BY
            e.type_code,
            e.severity,
            coalesce(e.customer_tier, ''),
            coalesce(site.region, site.country_code, site.site_type, e.site_id, ''),
            e.value_at_risk_amount IS NULL
    ) AS cell,
    coalesce(CAST(e.value_at_risk_amount AS DOUBLE), 0) AS value_amount,
    epoch(e.detected_at) / 3600 AS detected_hour,
    date_diff('second', e.detected_at, e.ended_at) / 3600 AS ended_hours,
    date_diff('second', e.detected_at, e.resolved_at) / 3600 AS resolved_hours,
    date_diff('second', e.detected_at, e.as_of) / 3600 AS followed_hours,
    date_diff('second', e.detected_at, decided.decided_at) / 3600 AS decided_hours,
    decided.decided_at,
    decided.action,
    decided.policy_version,
    CASE WHEN line.cancelled_at IS NULL AND line.promise_date IS NOT NULL THEN
        greatest(date_diff('day', line.promise_date, CAST(coalesce(line.delivered_at, line.as_of) AS DATE)), 0)
    END AS late_days,
    date_diff('day', line.promise_date, CAST(line.as_of AS DATE)) AS promise_age_days,
    date_diff('second', e.detected_at, line.delivered_at) / 3600 AS delivered_hours
FROM {exceptions} AS e
LEFT JOIN decided ON e.exception_id = decided.exception_id
LEFT JOIN core_site AS site ON e.site_id = site.site_id
LEFT JOIN mart_order_line AS line ON e.order_line_id = line.order_line_id
WHERE NOT e.is_time_suspect AND e.as_of IS NOT NULL
ORDER BY e.exception_id
LIMIT 20000000
