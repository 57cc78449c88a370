/* Grain: one row per exception of the work queue, one page of them, by business impact (TRI-03); or the one exception
   $exception_id, ended ones included. Beside every row stand the totals of the whole queue; without a row, they alone.
   The newest workflow state ($worked) and the clocks ($clocks) are laid over the facts. Points by $rules, a column each;
   what is unknown has the points that the policy gives it. Money in the reporting currency. has_alternate_stock: whether one
   other site alone could serve each open item of it; null where nothing is short of stock. */
WITH rule AS (
    SELECT unnest(from_json(
        $rules,
        '{"type_points": "MAP(VARCHAR, DOUBLE)", "type_default": "MAP(VARCHAR, DOUBLE)", "tier_points": "MAP(VARCHAR, DOUBLE)", "criticality": "MAP(VARCHAR, DOUBLE)", "value_from": ["DOUBLE"], "value_points": ["DOUBLE"], "exposure_from": ["DOUBLE"], "exposure_points": ["DOUBLE"], "promise_days": ["DOUBLE"], "promise_points": ["DOUBLE"], "regulated_points": "DOUBLE", "compliance_types": ["VARCHAR"], "standard_from": "DOUBLE", "critical_from": "DOUBLE", "always_critical": ["VARCHAR"]}'
    ))
),
route AS (
    SELECT unnest(from_json(
        $routes,
        '[{"place": "INTEGER", "rule_id": "VARCHAR", "types": ["VARCHAR"], "categories": ["VARCHAR"], "severities": ["VARCHAR"], "tiers": ["VARCHAR"], "from_amount": "DOUBLE", "team_id": "VARCHAR", "person": "VARCHAR"}]'
    )) AS r
),
worked AS (
    SELECT unnest(from_json(
        $worked,
        '[{"exception_id": "VARCHAR", "status": "VARCHAR", "team_id": "VARCHAR", "user_id": "VARCHAR", "level": "INTEGER", "is_assigned": "BOOLEAN", "is_on_hold": "BOOLEAN", "is_reopened": "BOOLEAN"}]'
    )) AS w
),
timed AS (
    SELECT unnest(from_json(
        $clocks, '[{"exception_id": "VARCHAR", "clock": "VARCHAR", "due_at": "TIMESTAMP", "state": "VARCHAR"}]'
    )) AS t
),
queued AS (
    SELECT
        e.exception_id,
        e.source_system,
        e.type_code,
        e.type_title,
        e.category,
        e.severity AS source_severity,
        coalesce(worked.w.status, e.status) AS status,
        e.site_id,
        e.customer_id,
        coalesce(e.customer_tier, customer.tier, 'unknown') AS customer_tier,
        e.business_unit,
        e.item_id,
        e.order_id,
        e.order_line_id,
        e.owner_team_id AS source_team_id,
        (worked.w.is_assigned OR worked.w.team_id IS DISTINCT FROM e.owner_team_id) IS TRUE
        AND worked.w.status IS NOT NULL AS is_assigned,
        worked.w.team_id AS worked_team_id,
        worked.w.user_id AS worked_user_id,
        e.owner_user_id AS source_user_id,
        coalesce(worked.w.level, 0) AS level,
        coalesce(worked.w.is_on_hold, false) AS is_on_hold,
        (worked.w.status IS NOT NULL) AS is_worked,
        e.detected_at,
        e.as_of,
        CASE WHEN e.ended_at IS NULL THEN e.age_hours ELSE e.resolution_hours END AS hours,
        e.value_at_risk_amount::DOUBLE AS stated_amount,
        e.acknowledged_at,
        e.resolved_at,
        e.paused_seconds,
        e.ack_due_at,
        e.decide_due_at,
        CASE
            WHEN worked.w.status IN ('resolved', 'closed', 'cancelled', 'duplicate', 'false_positive') THEN false
            WHEN worked.w.status IS NULL OR e.is_open THEN e.is_open
            ELSE worked.w.is_reopened
        END AS is_open
    FROM {exceptions} AS e
    LEFT JOIN worked ON e.exception_id = worked.w.exception_id
    LEFT JOIN core_customer AS customer ON e.customer_id = customer.customer_id
    WHERE
        CASE
            WHEN $exception_id != '' THEN e.exception_id = $exception_id
            WHEN worked.w.status IN ('resolved', 'closed', 'cancelled', 'duplicate', 'false_positive') THEN false
            WHEN worked.w.status IS NULL OR e.is_open THEN e.is_open
            ELSE worked.w.is_reopened
        END
),
line AS (
    SELECT
        q.exception_id,
        l.order_line_id,
        l.item_id,
        l.line_amount,
        l.open_amount,
        l.unit_price,
        l.unit_cost,
        l.open_qty,
        l.promise_date
    FROM queued AS q
    INNER JOIN mart_order_line AS l ON q.order_line_id = l.order_line_id
    UNION ALL
    SELECT
        q.exception_id,
        l.order_line_id,
        l.item_id,
        l.line_amount,
        l.open_amount,
        l.unit_price,
        l.unit_cost,
        l.open_qty,
        l.promise_date
    FROM queued AS q
    INNER JOIN mart_order_line AS l ON q.order_id = l.order_id
    WHERE q.order_line_id IS NULL
),
affected AS (
    SELECT
        line.exception_id,
        count(line.order_line_id) AS line_count,
        sum(line.open_amount)::DOUBLE AS open_amount,
        sum(line.line_amount * (1 - line.unit_cost / line.unit_price)) FILTER (WHERE line.unit_price > 0)::DOUBLE
        / nullif(sum(line.line_amount) FILTER (WHERE line.unit_price > 0 AND line.unit_cost IS NOT NULL), 0)::DOUBLE AS margin_rate,
        min(line.promise_date) FILTER (WHERE line.open_qty > 0) AS promise_date,
        bool_or(item.is_regulated) AS is_regulated,
        min(item.criticality) AS criticality
    FROM line
    LEFT JOIN core_item AS item ON line.item_id = item.item_id
    GROUP BY line.exception_id
),
order_value AS (
    SELECT
        l.order_id,
        sum(l.line_amount)::DOUBLE AS amount
    FROM mart_order_line AS l
    WHERE l.order_id IN (SELECT q.order_id FROM queued AS q)
    GROUP BY l.order_id
),
decided AS (
    SELECT
        a.exception_id,
        min(a.decided_at) AS decided_at
    FROM core_approval AS a
    GROUP BY a.exception_id
),
measured AS (
    SELECT
        q.exception_id,
        stated.sla_due_at AS stated_due_at,
        decided.decided_at,
        order_value.amount AS order_amount,
        coalesce(q.stated_amount, affected.open_amount) AS revenue_amount,
        affected.margin_rate,
        affected.promise_date,
        date_diff('day', q.as_of::DATE, affected.promise_date) AS promise_in_days,
        coalesce(own.criticality, affected.criticality, 'unknown') AS criticality,
        coalesce(own.is_regulated, affected.is_regulated, false) AS is_regulated,
        coalesce(type.default_severity, 'standard') AS type_severity
    FROM queued AS q
    LEFT JOIN affected ON q.exception_id = affected.exception_id
    LEFT JOIN order_value ON q.order_id = order_value.order_id
    LEFT JOIN core_item AS own ON q.item_id = own.item_id
    LEFT JOIN ref_exception_type AS type ON q.type_code = type.type_code
    LEFT JOIN core_exception AS stated ON q.exception_id = stated.exception_id
    LEFT JOIN decided ON q.exception_id = decided.exception_id
),
wanted AS (
    SELECT
        line.exception_id,
        line.item_id,
        sum(line.open_qty) AS open_qty
    FROM line
    INNER JOIN queued AS q ON line.exception_id = q.exception_id AND q.category IN ('inventory', 'supply')
    WHERE line.open_qty > 0 AND line.item_id IS NOT NULL
    GROUP BY ALL
),
newest AS (
    SELECT
        s.item_id,
        s.site_id,
        coalesce(s.on_hand_qty, 0) - coalesce(s.reserved_qty, 0) - coalesce(s.safety_stock_qty, 0) AS free_qty,
        row_number() OVER (
            PARTITION BY s.item_id, s.site_id, s.storage_location ORDER BY s.snapshot_at DESC, s.source_system
        ) AS place
    FROM core_inventory AS s
    WHERE s.item_id IN (SELECT wanted.item_id FROM wanted)
),
free AS (
    SELECT
        newest.item_id,
        newest.site_id,
        sum(newest.free_qty) AS free_qty
    FROM newest
    WHERE newest.place = 1
    GROUP BY ALL
),
served AS (
    SELECT
        wanted.exception_id,
        wanted.item_id,
        coalesce(max(free.free_qty) FILTER (WHERE free.site_id IS DISTINCT FROM q.site_id) >= any_value(wanted.open_qty), false) AS has_stock
    FROM wanted
    INNER JOIN queued AS q ON wanted.exception_id = q.exception_id
    LEFT JOIN free ON wanted.item_id = free.item_id
    GROUP BY ALL
),
alternate AS (
    SELECT
        served.exception_id,
        bool_and(served.has_stock) AS has_alternate_stock
    FROM served
    GROUP BY served.exception_id
),
weighed AS (
    SELECT
        q.exception_id,
        coalesce(rule.type_points[q.type_code], rule.type_default[m.type_severity], 0) AS type_points,
        coalesce(rule.tier_points[q.customer_tier], rule.tier_points['unknown']) AS tier_points,
        coalesce(list_max(list_transform(
            list_filter(range(1, len(rule.value_from) + 1), lambda i: rule.value_from[i] <= m.order_amount),
            lambda i: rule.value_points[i]
        )), 0) AS value_points,
        coalesce(rule.criticality[m.criticality], rule.criticality['unknown']) AS criticality_points,
        coalesce(list_max(list_transform(
            list_filter(range(1, len(rule.promise_days) + 1), lambda i: m.promise_in_days <= rule.promise_days[i]),
            lambda i: rule.promise_points[i]
        )), 0) AS fulfilment_points,
        CASE
            WHEN m.is_regulated OR list_contains(rule.compliance_types, q.type_code) THEN rule.regulated_points ELSE 0
        END AS compliance_points,
        coalesce(list_max(list_transform(
            list_filter(range(1, len(rule.exposure_from) + 1), lambda i: rule.exposure_from[i] <= m.revenue_amount),
            lambda i: rule.exposure_points[i]
        )), 0) AS exposure_points,
        list_contains(rule.always_critical, q.type_code) AS is_always_critical,
        rule.standard_from,
        rule.critical_from
    FROM queued AS q
    INNER JOIN measured AS m ON q.exception_id = m.exception_id
    CROSS JOIN rule
),
scored AS (
    SELECT
        w.exception_id,
        w.type_points + w.tier_points + w.value_points + w.criticality_points + w.fulfilment_points
        + w.compliance_points + w.exposure_points AS score,
        CASE
            WHEN w.is_always_critical OR w.type_points + w.tier_points + w.value_points + w.criticality_points
                + w.fulfilment_points + w.compliance_points + w.exposure_points >= w.critical_from THEN 'critical'
            WHEN w.type_points + w.tier_points + w.value_points + w.criticality_points + w.fulfilment_points
                + w.compliance_points + w.exposure_points >= w.standard_from THEN 'standard'
            ELSE 'informational'
        END AS severity
    FROM weighed AS w
),
routed AS (
    SELECT
        q.exception_id,
        arg_min(route.r.rule_id, route.r.place) AS rule_id,
        arg_min(route.r.team_id, route.r.place) AS team_id,
        arg_min(coalesce(route.r.person, ''), route.r.place) AS person
    FROM queued AS q
    INNER JOIN scored AS s ON q.exception_id = s.exception_id
    INNER JOIN measured AS m ON q.exception_id = m.exception_id
    INNER JOIN route
        ON
            (len(route.r.types) = 0 OR list_contains(route.r.types, q.type_code))
            AND (len(route.r.categories) = 0 OR list_contains(route.r.categories, q.category))
            AND (len(route.r.severities) = 0 OR list_contains(route.r.severities, s.severity))
            AND (len(route.r.tiers) = 0 OR list_contains(route.r.tiers, q.customer_tier))
            AND (route.r.from_amount IS NULL OR m.revenue_amount >= route.r.from_amount)
    GROUP BY q.exception_id
),
laid AS (
    SELECT
        q.exception_id,
        s.score,
        s.severity,
        m.revenue_amount,
        m.revenue_amount * m.margin_rate AS margin_amount,
        routed.rule_id,
        CASE
            WHEN q.is_assigned THEN q.worked_team_id
            WHEN routed.team_id = 'source' THEN q.source_team_id
            ELSE routed.team_id
        END AS team_id,
        CASE
            WHEN q.is_assigned THEN q.worked_user_id
            ELSE coalesce(nullif(routed.person, ''), CASE routed.team_id WHEN 'source' THEN q.source_user_id END)
        END AS user_id,
        timed.t.clock AS next_clock,
        timed.t.due_at AS next_due_at,
        coalesce(timed.t.state, 'unknown') AS next_state
    FROM queued AS q
    INNER JOIN scored AS s ON q.exception_id = s.exception_id
    INNER JOIN measured AS m ON q.exception_id = m.exception_id
    LEFT JOIN routed ON q.exception_id = routed.exception_id
    LEFT JOIN timed ON q.exception_id = timed.t.exception_id
),
money AS (
    SELECT max(at_risk.amount) AS amount
    FROM laid
    INNER JOIN mart_money_at_risk AS at_risk ON laid.exception_id = at_risk.exception_id
    GROUP BY at_risk.money_key
),
total AS (
    SELECT
        count(exception_id) AS all_count,
        count(exception_id) FILTER (WHERE severity = 'critical') AS critical_count,
        count(exception_id) FILTER (WHERE severity != 'informational') AS todo_count,
        count(exception_id) FILTER (WHERE severity = 'informational') AS informational_count,
        count(exception_id) FILTER (WHERE user_id = $me) AS mine_count,
        count(exception_id) FILTER (WHERE list_contains($my_teams::VARCHAR[], team_id)) AS team_count,
        count(exception_id) FILTER (WHERE user_id IS NULL AND severity != 'informational') AS unassigned_count,
        count(exception_id) FILTER (WHERE next_state = 'late') AS late_count,
        count(exception_id) FILTER (WHERE next_state = 'due soon') AS soon_count,
        (SELECT sum(amount) FROM money) AS value_amount
    FROM laid
),
page AS (
    SELECT
        laid.exception_id,
        row_number() OVER (
            ORDER BY
                CASE WHEN $sort = 'due' THEN laid.next_due_at END ASC NULLS LAST,
                CASE WHEN $sort = 'longest' THEN q.hours END DESC NULLS LAST,
                CASE WHEN $sort = 'newest' THEN q.detected_at END DESC NULLS LAST,
                CASE laid.severity WHEN 'critical' THEN 3 WHEN 'standard' THEN 2 ELSE 1 END DESC,
                laid.score DESC,
                laid.revenue_amount DESC NULLS LAST,
                laid.exception_id
        ) AS place
    FROM laid
    INNER JOIN queued AS q ON laid.exception_id = q.exception_id
    WHERE
        CASE $view
            WHEN 'mine' THEN laid.user_id = $me
            WHEN 'team' THEN list_contains($my_teams::VARCHAR[], laid.team_id)
            WHEN 'unassigned' THEN laid.user_id IS NULL AND laid.severity != 'informational'
            WHEN 'informational' THEN laid.severity = 'informational'
            WHEN 'todo' THEN laid.severity != 'informational'
            ELSE true
        END
)
SELECT
    total.all_count,
    total.critical_count,
    total.todo_count,
    total.informational_count,
    total.mine_count,
    total.team_count,
    total.unassigned_count,
    total.late_count,
    total.soon_count,
    total.value_amount,
    page.place,
    q.exception_id,
    q.source_system,
    q.type_code,
    q.type_title,
    q.category,
    q.source_severity,
    laid.severity,
    laid.score,
    weighed.type_points,
    weighed.tier_points,
    weighed.value_points,
    weighed.criticality_points,
    weighed.fulfilment_points,
    weighed.compliance_points,
    weighed.exposure_points,
    weighed.is_always_critical,
    m.type_severity,
    m.order_amount,
    m.criticality,
    m.is_regulated,
    m.promise_date,
    m.promise_in_days,
    laid.revenue_amount,
    laid.margin_amount,
    (q.stated_amount IS NOT NULL) AS is_amount_stated,
    q.status,
    q.is_open,
    q.is_worked,
    q.is_assigned,
    q.is_on_hold,
    q.level,
    laid.rule_id,
    laid.team_id,
    coalesce(team.name, laid.team_id) AS team,
    laid.user_id,
    coalesce(person.name, laid.user_id) AS person,
    q.source_team_id,
    coalesce(source_team.name, q.source_team_id) AS source_team,
    q.site_id,
    coalesce(site.name, regexp_replace(q.site_id, '^[^:]+:', '')) AS site,
    site.time_zone,
    site.calendar_code,
    q.business_unit,
    q.customer_id,
    customer.name AS customer,
    q.customer_tier,
    q.item_id,
    q.order_id,
    q.order_line_id,
    q.detected_at,
    q.acknowledged_at,
    m.decided_at,
    q.resolved_at,
    q.paused_seconds,
    q.ack_due_at,
    q.decide_due_at,
    m.stated_due_at,
    alternate.has_alternate_stock,
    laid.next_clock,
    laid.next_due_at,
    laid.next_state,
    q.hours,
    q.as_of
FROM total
LEFT JOIN page ON page.place > $skip AND page.place <= $skip + least($row_limit, 20000)
LEFT JOIN queued AS q ON page.exception_id = q.exception_id
LEFT JOIN laid ON page.exception_id = laid.exception_id
LEFT JOIN measured AS m ON page.exception_id = m.exception_id
LEFT JOIN weighed ON page.exception_id = weighed.exception_id
LEFT JOIN alternate ON page.exception_id = alternate.exception_id
LEFT JOIN core_team AS team ON laid.team_id = team.team_id
LEFT JOIN core_team AS source_team ON q.source_team_id = source_team.team_id
LEFT JOIN core_user AS person ON laid.user_id = person.user_id
LEFT JOIN core_site AS site ON q.site_id = site.site_id
LEFT JOIN core_customer AS customer ON q.customer_id = customer.customer_id
ORDER BY page.place
LIMIT 20000
