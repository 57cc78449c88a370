/* Grain: one row per variant of a view, the one with most cases first (ties by the sequence itself). */
SELECT
    view,
    row_number() OVER (PARTITION BY view ORDER BY count(*) DESC, activity_nos) AS variant_no,
    activity_nos,
    any_value(step_count) AS step_count,
    count(*) AS case_count
FROM _trace
GROUP BY view, activity_nos
