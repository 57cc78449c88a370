-- One row: the plan's own "now", the moment its stock figures are of.
SELECT max(CAST(value AS TIMESTAMP)) AS snapshot_at
FROM raw_frepple__parameter
WHERE name = 'currentdate'
