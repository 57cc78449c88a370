/* Grain: one row per activity name, with a number that all views share until mart_activity ranks them. */
SELECT
    activity,
    row_number() OVER (ORDER BY activity) AS name_no
FROM core_event
GROUP BY activity
