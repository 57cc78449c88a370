/* ---
number    = "K58"
title     = "Difference from control totals"
question  = "Did we read as many rows as the source says it sent?"
formula   = "sum over files of |rows the source states - rows read| / rows the source states, of totals stated in the period"
grain     = "control_total"
aggregate = "ratio"
unit      = "percent"
better    = "lower"
owner     = "Data"
needs     = ["core_control_total.stated_rows", "load_ledger"]
sample    = "weight"
note      = "A stated file that never came counts as wholly missing. A source that sends no control totals gives no figure rather than 0."
--- */
WITH arrived AS (
    SELECT
        source_system,
        file,
        sum(read_rows) AS read_rows
    FROM load_ledger
    GROUP BY source_system, file
)

SELECT
    stated.control_total_id,
    stated.stated_at AS measured_on,
    abs(stated.stated_rows - coalesce(arrived.read_rows, 0)) AS value,
    stated.stated_rows AS weight,
    stated.source_system
FROM core_control_total AS stated
LEFT JOIN arrived ON stated.source_system = arrived.source_system AND stated.file = arrived.file
WHERE stated.stated_rows IS NOT NULL
