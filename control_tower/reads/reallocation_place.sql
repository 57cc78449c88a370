/* Grain: one row per site, with its country and the name people use. Not a page's read: bounded by the sites there are. */
SELECT
    site_id,
    coalesce(name, site_id) AS name,
    country_code
FROM core_site
ORDER BY site_id
LIMIT 20000
