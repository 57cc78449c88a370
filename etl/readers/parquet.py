"""How is a Parquet file read? From raw/ only, batch by batch, its types kept.

Instants become UTC without zone, nested values JSON text, the rest stays as it is typed. Must never hold:
reading from a path that was not landed, casts to the declared types.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from control_tower.errors import SourceError
from etl.readers import magic
from etl.readers.contract import LandedFile, Limits, RawTable, Refusal, show
from etl.readers.header import match_header
from etl.readers.parquet_out import LINE, BatchWriter, raw_of, unkeepable
from etl.readers.value_text import as_text
from etl.source import Table

BATCH_ROWS = 50_000


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """Read a landed Parquet file; `_line` is the row's number, 1 = first.

    Rows with a text that cannot be kept are refused. Raises SourceError when the bytes are no Parquet file,
    are damaged, or the columns are not the declared ones.
    """
    magic.expect(file.path, "parquet", file.name)
    path = workspace / f"{name}-{file.sha256[:16]}.parquet"
    try:
        with pq.ParquetFile(file.path) as source:
            return _rewritten(source, path, (file, name, table), limits)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{file.name}: not readable as Parquet, or damaged: {error}") from error


def _rewritten(source: pq.ParquetFile, path: Path, job: tuple[LandedFile, str, Table], limits: Limits) -> RawTable:
    file, name, table = job
    found = source.schema_arrow
    names = match_header(found.names, name, table, f"{file.name}, schema")
    fields = [pa.field(column, _kept_type(found.field(header).type)) for header, column in names.items()]
    schema = pa.schema([*fields, pa.field(LINE, pa.int64())])
    writer = BatchWriter(path, schema)
    result = RawTable(name, path, "parquet", tuple(names.values()), 0, 0)
    for batch in source.iter_batches(BATCH_ROWS, columns=list(names)):
        arrays, bad = [], set[int]()
        for header, field in zip(names, fields, strict=True):
            column = _kept(batch.column(header), field.type)
            arrays.append(column)
            bad |= _unkeepable_rows(column, limits.max_field_bytes)
        lines = pa.array(range(result.records + 1, result.records + batch.num_rows + 1), pa.int64())
        whole = pa.record_batch([*arrays, lines], schema=schema)
        result.records += batch.num_rows
        if bad:
            result.refusals += [_refusal(whole.slice(row, 1).to_pylist()[0], limits) for row in sorted(bad)]
            whole = whole.filter(pa.array([row not in bad for row in range(whole.num_rows)]))
        writer.write(whole)
        result.rows += whole.num_rows
    writer.close()
    result.warning = None if result.records else f"{file.name}: the file is empty: no row"
    return result


def _kept_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _kept_type(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_floating(kind):
        return pa.float64()
    is_plain = pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind)
    return kind if is_plain or pa.types.is_decimal(kind) else pa.string()


def _kept(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """One column in the type it is kept in: what is neither plain nor text becomes text, value by value."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if column.type == kind:
        return column
    if not pa.types.is_string(kind) or pa.types.is_large_string(column.type) or pa.types.is_null(column.type):
        return pc.cast(column, options=pc.CastOptions(kind, allow_time_truncate=True))
    return pa.array([_as_text(value) for value in column.to_pylist()], pa.string())


def _as_text(value: Any) -> str | None:
    """Bytes are text when they are UTF-8 (older writers do not say so), else hex."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()
    return as_text(value)


def _unkeepable_rows(column: pa.Array, max_bytes: int) -> set[int]:
    if not pa.types.is_string(column.type):
        return set()
    mask = pc.or_(pc.match_substring(column, "\0"), pc.greater(pc.binary_length(column), max_bytes))
    return {row for row, is_bad in enumerate(mask.to_pylist()) if is_bad} if pc.any(mask).as_py() else set()


def _refusal(row: dict[str, Any], limits: Limits) -> Refusal:
    texts = {column: as_text(value) for column, value in row.items() if column != LINE}
    for column, value in texts.items():
        if value is not None and (fault := unkeepable(value, limits.max_field_bytes)):
            raw = raw_of(tuple(texts), tuple(texts.values()))
            return Refusal(row[LINE], fault[0], f"column {column}: {fault[1]}", 0, column, show(value), None, raw)
    raise AssertionError("a row was marked that has no fault")
