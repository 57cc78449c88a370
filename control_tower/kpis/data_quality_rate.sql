/* ---
number    = "K58"
title     = "Data quality"
question  = "What share of the rows we read passed the gate?"
formula   = "(rows read - rows refused) / rows read, over the files loaded in the period"
grain     = "file"
aggregate = "ratio"
unit      = "percent"
better    = "higher"
owner     = "Data"
needs     = ["load_ledger"]
sample    = "weight"
note      = "The period speaks of the time of loading, not of the events in the files."
--- */
SELECT
    file_no AS file_id,
    loaded_at AS measured_on,
    read_rows - refused_rows AS value,
    read_rows AS weight,
    source_system
FROM load_ledger
