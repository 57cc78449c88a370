"""How does the command line speak? One JSON document or readable text on standard output, all else on standard error.

Formats only; reads nothing and decides nothing.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

Step = Callable[[str, str], None]
_STEPS = 24
out = Console()
err = Console(stderr=True)


def say_json(value: Any) -> None:
    """Write one JSON document."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


@contextmanager
def libraries_aside() -> Iterator[None]:
    """Whatever a library's own code prints meanwhile goes to standard error: the solver writes to descriptor 1 itself."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def say_rows(rows: Sequence[dict[str, Any]], empty: str) -> None:
    """Write rows as a table; `empty` says what it means that there are none."""
    if not rows:
        out.print(empty)
        return
    table = Table(show_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name, overflow="fold", justify="right" if isinstance(rows[0][name], int | float) else "left")
    for row in rows:
        table.add_row(
            *("" if v is None else str(_plain(v) if not isinstance(v, int | float) else v) for v in row.values())
        )
    out.print(table)


def plain(line: str) -> None:
    """Write one line as it is."""
    out.print(line, markup=False, highlight=False, soft_wrap=True)


def complain(message: str) -> None:
    """Say what was refused, on standard error."""
    err.print(message, markup=False, highlight=False, style="red")


@contextmanager
def progress() -> Iterator[Step]:
    """Show each step of long work as it goes: a bar on a terminal, one line a step elsewhere."""
    if not err.is_terminal:
        yield lambda name, detail: err.print(f"{name}: {detail}", markup=False, highlight=False, soft_wrap=True)
        return
    columns = (SpinnerColumn(), TextColumn("{task.fields[step]:<11}"), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as bar:
        task = bar.add_task("", total=_STEPS, step="")

        def step(name: str, detail: str) -> None:
            bar.update(task, advance=1, description=detail[:80], step=name)

        yield step
