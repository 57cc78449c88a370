/* Grain: one row per value of a dimension that units are compared by, in the order of its number. */
SELECT
    dimension,
    value_no,
    value
FROM mart_exposure_value
ORDER BY dimension, value_no
