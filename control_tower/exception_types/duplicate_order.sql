/* ---
title = "Duplicate order"
category = "master_data"
default_severity = "standard"
owner_team = "Customer service"
sla_hours = 8
clears_when = "one of the two orders is cancelled, or both are complete and nothing can be stopped any more"
suggested_actions = ["Stop fulfilment of the later order", "Ask the customer which one is meant", "Cancel the copy"]
version = 1
identity = ["order_id"]
needs = ["core_order.customer_id", "core_order.order_at", "core_order_line.item_id"]
--- */
-- One row per order that repeats an earlier one of the same customer: the same items in the same quantities
-- within the window of policy, or the same customer reference and at least one item in common, whenever. Of
-- several earlier orders the nearest counts. An order cancelled before the copy came is not repeated. The
-- magnitude is the number of earlier orders it repeats.
WITH the_window AS (
    SELECT coalesce(max(value), 0) AS hours
    FROM policy_parameter
    WHERE name = 'duplicate_order_window_hours'
),

content AS (
    SELECT
        order_id,
        item_id,
        sum(ordered_qty) AS qty
    FROM core_order_line
    WHERE item_id IS NOT NULL AND ordered_qty IS NOT NULL
    GROUP BY order_id, item_id
),

size AS (
    SELECT
        order_id,
        count(*) AS item_count,
        sum(qty) AS total_qty
    FROM content
    GROUP BY order_id
),

known AS (
    SELECT
        booked.source_system,
        booked.order_id,
        booked.customer_id,
        booked.customer_reference,
        booked.order_at,
        booked.cancelled_at,
        booked.complete_at,
        booked.site_id,
        booked.order_amount,
        booked.currency_code,
        size.item_count,
        size.total_qty,
        the_window.hours,
        floor(epoch(booked.order_at) / ((the_window.hours + 1) * 3600)) AS slot
    FROM core_order AS booked
    INNER JOIN size ON booked.order_id = size.order_id
    CROSS JOIN the_window
    WHERE booked.customer_id IS NOT NULL AND booked.order_at IS NOT NULL
),

reach AS (
    SELECT order_id, slot AS reached_slot
    FROM known
    UNION ALL
    SELECT order_id, slot + 1 AS reached_slot
    FROM known
),

candidate AS (
    SELECT
        earlier.order_id AS earlier_id,
        later.order_id AS later_id,
        true AS must_be_equal
    FROM known AS earlier
    INNER JOIN reach ON earlier.order_id = reach.order_id
    INNER JOIN known AS later
        ON
            earlier.customer_id = later.customer_id
            AND reach.reached_slot = later.slot
            AND earlier.item_count = later.item_count
            AND earlier.total_qty = later.total_qty
    WHERE
        earlier.order_id <> later.order_id
        AND floor(epoch(later.order_at)) - floor(epoch(earlier.order_at)) <= later.hours * 3600
        AND (earlier.order_at < later.order_at OR (earlier.order_at = later.order_at AND earlier.order_id < later.order_id))
        AND (earlier.cancelled_at IS NULL OR earlier.cancelled_at > later.order_at)
    UNION ALL
    SELECT
        earlier.order_id AS earlier_id,
        later.order_id AS later_id,
        false AS must_be_equal
    FROM known AS earlier
    INNER JOIN known AS later
        ON earlier.customer_id = later.customer_id AND earlier.customer_reference = later.customer_reference
    WHERE
        earlier.order_id <> later.order_id
        AND (earlier.order_at < later.order_at OR (earlier.order_at = later.order_at AND earlier.order_id < later.order_id))
        AND (earlier.cancelled_at IS NULL OR earlier.cancelled_at > later.order_at)
),

compared AS (
    SELECT
        candidate.earlier_id,
        candidate.later_id,
        candidate.must_be_equal,
        count(*) AS shared_count,
        count(*) FILTER (WHERE first_line.qty = second_line.qty) AS equal_count
    FROM candidate
    INNER JOIN content AS first_line ON candidate.earlier_id = first_line.order_id
    INNER JOIN content AS second_line
        ON candidate.later_id = second_line.order_id AND first_line.item_id = second_line.item_id
    GROUP BY candidate.earlier_id, candidate.later_id, candidate.must_be_equal
),

pair AS (
    SELECT
        compared.later_id,
        compared.earlier_id,
        max(CASE WHEN compared.must_be_equal THEN 0 ELSE 1 END) AS has_reference
    FROM compared
    INNER JOIN size ON compared.later_id = size.order_id
    WHERE NOT compared.must_be_equal OR compared.equal_count = size.item_count
    GROUP BY compared.later_id, compared.earlier_id
),

nearest AS (
    SELECT
        pair.later_id,
        pair.earlier_id,
        pair.has_reference,
        row_number() OVER (PARTITION BY pair.later_id ORDER BY known.order_at DESC, known.order_id DESC) AS choice_no,
        count(*) OVER (PARTITION BY pair.later_id) AS earlier_count
    FROM pair
    INNER JOIN known ON pair.earlier_id = known.order_id
),

dated AS (
    SELECT
        later.source_system,
        later.order_id,
        later.customer_id,
        later.site_id,
        later.order_at,
        later.order_amount,
        later.currency_code,
        nearest.earlier_id,
        nearest.has_reference,
        nearest.earlier_count,
        CASE
            WHEN later.cancelled_at IS NOT NULL AND (earlier.cancelled_at IS NULL OR later.cancelled_at <= earlier.cancelled_at)
                THEN later.cancelled_at
            WHEN earlier.cancelled_at IS NOT NULL THEN earlier.cancelled_at
            WHEN later.complete_at IS NULL OR earlier.complete_at IS NULL THEN CAST(NULL AS TIMESTAMP)
            WHEN later.complete_at >= earlier.complete_at THEN later.complete_at
            ELSE earlier.complete_at
        END AS ended_at
    FROM nearest
    INNER JOIN known AS later ON nearest.later_id = later.order_id
    INNER JOIN known AS earlier ON nearest.earlier_id = earlier.order_id
    WHERE nearest.choice_no = 1
)

SELECT
    source_system,
    order_id,
    customer_id,
    site_id,
    order_at AS since,
    ended_at AS until,
    CAST(NULL AS VARCHAR) AS anchor_event_id,
    CAST(NULL AS VARCHAR) AS clear_event_id,
    earlier_count AS magnitude,
    order_amount AS value_at_risk_amount,
    currency_code,
    concat(
        'Repeats order ', earlier_id, ' of the same customer: ',
        CASE WHEN has_reference = 1 THEN 'same customer reference' ELSE 'same items and quantities' END
    ) AS evidence
FROM dated
