-- One row per location that something happens at; a location that only groups others is none.
SELECT
    location.name AS site_id,
    location.name AS name,
    CASE
        WHEN lower(location.name) LIKE '%shop%' THEN 'store'
        WHEN lower(location.description) LIKE '%distribution center%' THEN 'distribution_center'
        WHEN lower(location.name) LIKE '%factory%' THEN 'plant'
    END AS site_type,
    location.file_no,
    location.file_line
FROM raw_frepple__location AS location
LEFT JOIN raw_frepple__location AS child ON location.name = child.owner
WHERE child.name IS NULL
