/* Grain: one row per exception type ('*' = any of $types, a unit counted once) and unit of $kind that failed in
   [before, until), or event against this kind: its dimensions as the numbers of mart_exposure_value (-1 = not stated),
   customer tier and block of time, money at risk and days. Money counts once per order line.
   For analysis, not for a page. */
WITH failure AS (
    SELECT
        type_code,
        unit_id,
        is_linked,
        money_id,
        failed_at,
        source_system_no,
        site_no,
        supplier_no,
        product_family_no,
        channel_no,
        fulfilment_channel_no,
        business_unit_no,
        segment_no,
        customer_no,
        carrier_no,
        tier_no,
        amount,
        days
    FROM mart_failure
    WHERE
        kind = $kind
        AND list_contains(CAST($types AS VARCHAR[]), type_code)
        AND failed_at >= $before
        AND failed_at < $until
        AND (len(CAST($site_nos AS INTEGER[])) = 0 OR list_contains(CAST($site_nos AS INTEGER[]), site_no))
),
unit AS (
    SELECT
        unit_id,
        any_value(is_linked) AS is_linked,
        any_value(coalesce(source_system_no, -1)) AS source_system,
        any_value(coalesce(site_no, -1)) AS site_id,
        any_value(coalesce(supplier_no, -1)) AS supplier_id,
        any_value(coalesce(product_family_no, -1)) AS product_family,
        any_value(coalesce(channel_no, -1)) AS channel,
        any_value(coalesce(fulfilment_channel_no, -1)) AS fulfilment_channel,
        any_value(coalesce(business_unit_no, -1)) AS business_unit,
        any_value(coalesce(segment_no, -1)) AS segment,
        any_value(coalesce(customer_no, -1)) AS customer_id,
        any_value(coalesce(carrier_no, -1)) AS carrier_id,
        any_value(coalesce(tier_no, -1)) AS tier,
        CAST(floor((epoch(min(failed_at)) - epoch($before)) / $block_seconds) AS INTEGER) AS block
    FROM failure
    GROUP BY unit_id
),
line AS (
    SELECT
        coalesce(type_code, '*') AS type_code,
        unit_id,
        max(amount) AS amount,
        sum(days) AS days
    FROM failure
    GROUP BY GROUPING SETS ((type_code, unit_id, money_id), (unit_id, money_id))
),
failed AS (
    SELECT
        type_code,
        unit_id,
        sum(amount) AS amount,
        sum(days) AS days
    FROM line
    GROUP BY type_code, unit_id
)
SELECT
    failed.type_code,
    unit.is_linked,
    unit.source_system,
    unit.site_id,
    unit.supplier_id,
    unit.product_family,
    unit.channel,
    unit.fulfilment_channel,
    unit.business_unit,
    unit.segment,
    unit.customer_id,
    unit.carrier_id,
    unit.tier,
    unit.block,
    1 AS failed,
    CAST(coalesce(failed.amount, 0) AS DOUBLE) AS amount,
    CAST(coalesce(failed.days, 0) AS DOUBLE) AS days
FROM failed
JOIN unit ON unit.unit_id = failed.unit_id
WHERE failed.type_code <> '*' OR unit.is_linked
