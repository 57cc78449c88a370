"""How is a database's answer kept? An extract: all-text Parquet with the reason beside a refused row.

Written once by `database`, landed by its hash, read again by any later build without the database.
Must never hold: connections, SQL, casts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from control_tower.errors import SourceError
from etl.readers.contract import LandedFile, Limits, RawTable, Refusal, show
from etl.readers.parquet_out import BATCH_ROWS, LINE, BatchWriter, unkeepable
from etl.source import Table

REFUSED = "_refused"
"""Column of an extract: null, or rule, column, reason and escaped value of what refuses the row, by line."""


def keepable(values: list[str | None], columns: Sequence[str], limits: Limits) -> list[str | None]:
    """The row and why it is refused (null: it is not); an unkeepable value goes into the reason, escaped."""
    reason = None
    for index, value in enumerate(values):
        if value is not None and (fault := unkeepable(value, limits.max_field_bytes)):
            escaped = (
                value[: limits.max_field_bytes]
                .encode("unicode_escape", "surrogateescape")
                .decode("ascii", "backslashreplace")
            )
            reason = reason or "\n".join((fault[0], columns[index], fault[1], escaped))
            values[index] = None
    return [*values, reason]


def framed(source: Path, file: LandedFile, name: str, table: Table, workspace: Path) -> RawTable:
    """The rows of the extract at `source` that are not refused, as the raw table of `file`.

    Raises SourceError when it is no extract of this table.
    """
    path = workspace / f"{name}-{file.sha256[:16]}.parquet"
    try:
        with pq.ParquetFile(source) as extracted:
            return _copied(extracted, path, file, name, table)
    except pa.ArrowException as error:
        raise SourceError(f"{file.name}: not readable as an extract of table {name}: {error}") from error


def _copied(extracted: pq.ParquetFile, path: Path, file: LandedFile, name: str, table: Table) -> RawTable:
    headers = extracted.schema_arrow.names
    columns = [column for column in headers if column in table.columns]
    lacking = {REFUSED, LINE, *(c for c, spec in table.columns.items() if not spec.optional)} - set(headers)
    if lacking:
        raise SourceError(f"{file.name}: not an extract of table {name}: {', '.join(sorted(lacking))} missing")
    fields = [*(pa.field(column, pa.string()) for column in columns), pa.field(LINE, pa.int64())]
    writer = BatchWriter(path, pa.schema(fields))
    result = RawTable(name, path, "parquet", tuple(columns), 0, 0)
    for batch in extracted.iter_batches(BATCH_ROWS):
        result.refusals += [_refusal(row) for row in batch.filter(batch.column(REFUSED).is_valid()).to_pylist()]
        good = batch.filter(batch.column(REFUSED).is_null()).select([*columns, LINE])
        writer.write(good.cast(pa.schema(fields)))
        result.records += batch.num_rows
        result.rows += good.num_rows
    writer.close()
    result.warning = None if result.records else f"{file.name}: the file is empty: no row in table {name}"
    return result


def _refusal(row: dict[str, Any]) -> Refusal:
    rule, column, reason, value = row[REFUSED].split("\n", 3)
    raw = "".join(f"{key}={text}\n" for key, text in (row | {column: value}).items() if key not in (REFUSED, LINE))
    return Refusal(row[LINE], rule, f"column {column}: {reason}", 0, column, show(value), None, raw.encode())
