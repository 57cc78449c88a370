"""How does a value look in a file? Moments, days, numbers and flags in a dialect's writing; never which table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.network_simulator.run import NEVER, Run

Table = dict[str, np.ndarray]
"""Columns by name: `_at` = seconds of the run, `_date` = days of the run (NEVER = none), "" = no text."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one system writes values."""

    moment: str
    day: str
    zone: str = "UTC"
    decimal_mark: str = "."
    flags: tuple[str, str] = ("false", "true")


def written(run: Run, dialect: Dialect, name: str, values: np.ndarray) -> pa.Array:
    """A column as text, null where there is no value."""
    if name.endswith("_at"):
        return _moments(run, dialect, values)
    if name.endswith("_date"):
        return pc.strftime(pa.array(run.stamps(np.where(values > NEVER, values * 86_400, NEVER))), format=dialect.day)
    if values.dtype == np.bool_:
        return pc.if_else(pa.array(values), dialect.flags[1], dialect.flags[0])
    if np.issubdtype(values.dtype, np.floating):
        return _decimals(dialect, values)
    if np.issubdtype(values.dtype, np.integer):
        return pc.cast(pa.array(values), pa.string())
    text = pa.array(values.astype(object) if values.dtype.kind == "U" else values, pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _moments(run: Run, dialect: Dialect, seconds: np.ndarray) -> pa.Array:
    stamps = run.stamps(seconds)
    if dialect.zone != "UTC":
        local = pd.DatetimeIndex(stamps).tz_localize("UTC").tz_convert(dialect.zone).tz_localize(None)
        stamps = local.to_numpy().astype("datetime64[s]")
    return pc.strftime(pa.array(stamps), format=dialect.moment)


def _decimals(dialect: Dialect, values: np.ndarray) -> pa.Array:
    cents = np.round(np.nan_to_num(values) * 100).astype(np.int64)
    whole = pc.cast(pa.array(np.abs(cents) // 100), pa.string())
    rest = pc.utf8_lpad(pc.cast(pa.array(np.abs(cents) % 100), pa.string()), width=2, padding="0")
    sign = pc.if_else(pa.array(cents < 0), "-", "")
    text = pc.binary_join_element_wise(sign, whole, dialect.decimal_mark, rest, "")
    return pc.if_else(pa.array(np.isnan(values)), pa.scalar(None, pa.string()), text)


def delimited(columns: dict[str, pa.Array], mark: str) -> pa.Array:
    """One line per row, without the header; no value holds the mark, quotes or line ends."""
    cells = [pc.fill_null(column, "") for column in columns.values()]
    return pc.binary_join_element_wise(*cells, mark)


def json_lines(columns: dict[str, pa.Array], is_text: dict[str, bool]) -> pa.Array:
    """One JSON object per row; absent values are left out of the object by being null."""
    cells = []
    for number, (name, column) in enumerate(columns.items()):
        start = ("{" if number == 0 else ",") + f'"{name}":'
        given = pc.binary_join_element_wise('"', column, '"', "") if is_text[name] else column
        cells.append(pc.binary_join_element_wise(start, pc.fill_null(given, "null"), ""))
    return pc.binary_join_element_wise(*cells, "}", "")


def write_lines(path: Path, lines: pa.Array, header: str = "", trailer: str = "") -> None:
    """Write the lines with line feeds, in one piece."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ended: Any = pc.binary_join_element_wise(lines, "\n", "")
    with path.open("wb") as file:
        if header:
            file.write(f"{header}\n".encode())
        for chunk in ended.chunks if isinstance(ended, pa.ChunkedArray) else [ended]:
            if len(chunk):
                offsets = np.frombuffer(chunk.buffers()[1], dtype=np.int32)
                first, last = offsets[chunk.offset], offsets[chunk.offset + len(chunk)]
                file.write(memoryview(chunk.buffers()[2])[first:last])
        if trailer:
            file.write(f"{trailer}\n".encode())
