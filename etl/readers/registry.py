"""Which reader reads what? The one list; each entry keeps the promise of `contract.Reader`. Never reads itself."""

from collections.abc import Mapping
from typing import Final

from etl.readers import database, delimited, excel, json_rows, ocel_json, ocel_sqlite, ocel_xml, parquet, xes
from etl.readers.contract import Reader

READERS: Final[Mapping[str, Reader]] = {
    "delimited": delimited.read,
    "parquet": parquet.read,
    "excel": excel.read,
    "jsonl": json_rows.read_lines,
    "json": json_rows.read_document,
    "xes": xes.read,
    "ocel_json": ocel_json.read,
    "ocel_xml": ocel_xml.read,
    "ocel_sqlite": ocel_sqlite.read,
    "database": database.read,
}
