/* Grain: one row per variant of a view, the one with most cases first (ties by the sequence itself). */
SELECT
    view,
    variant_no,
    activity_nos,
    step_count,
    case_count
FROM _variant
