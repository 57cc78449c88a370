"""What is wrong with the delivered files, to the row? Doubled, late and unreadable rows, counted; never a real loss.

Every true row is delivered once. Beside it some come twice, some come a period late, and some unreadable copies with
a key of their own are mixed in, as a real interface would.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DOUBLE_EVERY, LATE_EVERY, BAD_EVERY = 1201, 307, 2503


@dataclass(slots=True)
class Ledger:
    """Rows by file: what a load must say about each."""

    files: dict[str, dict[str, int]] = field(default_factory=dict)
    breaks: list[dict[str, str | int]] = field(default_factory=list)
    """Control totals that state another number of rows than came."""

    def note(self, file: str, table: str, **rows: int) -> None:
        """`rows`: true, doubled, bad and late (late rows are true ones of the period before)."""
        self.files[f"{file}#{table}"] = rows


@dataclass(slots=True)
class Courier:
    """Delivers the lines of one table, period by period, with blemishes."""

    ledger: Ledger
    kept: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))

    def deliver(self, file: str, table: str, lines: pa.Array, bad: pa.Array, is_last: bool) -> pa.Array:
        """The lines that the file gets. `bad` = lines that cannot be read, to be mixed in; `is_last` keeps none back."""
        number = np.arange(len(lines))
        is_late = (number % LATE_EVERY == 11) & (not is_last)
        doubled = pc.take(lines, pa.array(number[(number % DOUBLE_EVERY == 17) & ~is_late]))
        kept_back = pc.filter(lines, pa.array(is_late))
        now = pc.filter(lines, pa.array(~is_late))
        self.ledger.note(
            file, table, true=len(now) + len(self.kept), doubled=len(doubled), bad=len(bad), late=len(self.kept)
        )
        parts = [part.cast(pa.string()) for part in (self.kept, now, doubled, bad)]
        self.kept = kept_back
        return pa.concat_arrays([p.combine_chunks() if isinstance(p, pa.ChunkedArray) else p for p in parts])
