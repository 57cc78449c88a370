/* Grain: one row per currency and stretch of days in which one rate holds. */
SELECT
    currency_code,
    valid_from,
    lead(valid_from) OVER (PARTITION BY currency_code ORDER BY valid_from) AS valid_to,
    rate
FROM ref_currency_rate
