/* Grain: one row per activity name; its number is the same in every view. */
SELECT
    activity,
    row_number() OVER (ORDER BY activity) AS activity_no
FROM core_event
GROUP BY activity
