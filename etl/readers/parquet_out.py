"""How do rows that are not text files reach the engine? As all-text Parquet, written in batches.

One writer for the structured readers: the same rows always give the same bytes (so that an extract can
be landed by its hash), memory stays bounded by one batch, and a value that no later step could hold
(NUL, broken Unicode, too long) refuses its record here. Must never hold: casts, null words, any meaning.
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from etl.readers.contract import Limits, Refusal, show

BATCH_ROWS = 50_000
BATCH_CHARACTERS = 32 * 2**20
LINE = "_line"


class BatchWriter:
    """A Parquet file that grows by batches; deterministic: fixed codec, no times, no engine's metadata."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Create the file at `path` with the Arrow `schema`."""
        self.path = path
        self._file = pq.ParquetWriter(path, schema, compression="zstd", store_schema=False, write_page_index=False)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add one batch as one row group."""
        self._file.write_batch(batch)

    def close(self) -> None:
        """Write the footer; the file is complete after this."""
        self._file.close()


class TextParquet:
    """Collects rows of text and writes them: the declared columns, then `_line`.

    Use as a context manager. `add` takes one row or refuses it; `rows` counts what was written,
    `refusals` lists what was not.
    """

    def __init__(self, path: Path, columns: Sequence[str], limits: Limits) -> None:
        """Start the file at `path` with `columns`, all VARCHAR, and `_line` BIGINT."""
        self.columns = tuple(columns)
        self.path = path
        self.rows = 0
        self.refusals: list[Refusal] = []
        self._limits = limits
        fields = [pa.field(column, pa.string()) for column in self.columns]
        self._schema = pa.schema([*fields, pa.field(LINE, pa.int64())])
        self._writer = BatchWriter(path, self._schema)
        self._values: list[Sequence[str | None]] = []
        self._lines: list[int] = []
        self._characters = 0

    def __enter__(self) -> "TextParquet":
        """The writer itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Write what is left and close, also after an error (the caller then throws the file away)."""
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, line: int, values: Sequence[str | None], place: str | None = None, raw: bytes | None = None) -> None:
        """Take one row, in the order of `columns`; refuse it when one of its values cannot be kept."""
        for column, value in zip(self.columns, values, strict=True):
            if value is not None and (fault := unkeepable(value, self._limits.max_field_bytes)):
                kept = raw if raw is not None else raw_of(self.columns, values)
                rule, reason = fault
                reason = f"column {column}: {reason}"
                self.refusals.append(Refusal(line, rule, reason, 0, column, show(value), place, kept))
                return
            self._characters += len(value) if value else 0
        self._values.append(values)
        self._lines.append(line)
        self.rows += 1
        if len(self._lines) >= BATCH_ROWS or self._characters >= BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if not self._lines:
            return
        arrays = [pa.array(column, pa.string()) for column in zip(*self._values, strict=True)]
        arrays.append(pa.array(self._lines, pa.int64()))
        self._writer.write(pa.record_batch(arrays, schema=self._schema))
        self._values, self._lines, self._characters = [], [], 0


def unkeepable(value: str, max_bytes: int) -> tuple[str, str] | None:
    r"""Rule and reason why a text cannot be kept as a value, or None when it can.

    >>> unkeepable("a\0b", 10)
    ('nul_byte', 'the value contains a NUL character')
    """
    if value.isascii():
        size = len(value)
    else:
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            return "bad_encoding", "the value is not valid Unicode"
    if size > max_bytes:
        return "field_too_long", f"the value has {size:,} bytes; at most {max_bytes:,} are read"
    return ("nul_byte", "the value contains a NUL character") if "\0" in value else None


def raw_of(columns: Sequence[str], values: Sequence[str | None]) -> bytes:
    r"""A record that has no bytes of its own (a row of a sheet or of a database), one `column=value` a line.

    >>> raw_of(("a", "b"), ("1", None))
    b'a=1\nb\n'
    """
    lines = (column if value is None else f"{column}={value}" for column, value in zip(columns, values, strict=True))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape" if _escaped(values) else "replace")


def _escaped(values: Sequence[str | None]) -> bool:
    """Whether every stray surrogate stands for one original byte (then the bytes come back exactly)."""
    strays = [c for value in values if value for c in value if "\ud800" <= c <= "\udfff"]
    return bool(strays) and all("\udc80" <= c <= "\udcff" for c in strays)
