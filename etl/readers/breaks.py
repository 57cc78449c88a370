"""On which physical line does each record start? Kept as breaks, compactly: a file may have millions.

A break says that record n starts on line l; records behind it follow one line each until the next break.
Finding the lines does not belong here.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt


class Breaks(Sequence[tuple[int, int]]):
    """The breaks of a RawTable in 16 bytes each: a sequence of (record, line).

    >>> breaks = Breaks()
    >>> breaks.append(0, 2)
    >>> breaks == [(0, 2)], breaks[-1], breaks[1:]
    (True, (0, 2), [])
    """

    __slots__ = ("_lines", "_records")

    def __init__(self) -> None:
        self._records, self._lines = array("q"), array("q")

    def append(self, record: int, line: int) -> None:
        """Add the next break."""
        self._records.append(record)
        self._lines.append(line)

    def extend(self, records: npt.NDArray[np.int64], lines: npt.NDArray[np.int64]) -> None:
        """Add many breaks."""
        self._records.frombytes(records.astype(np.int64).tobytes())
        self._lines.frombytes(lines.astype(np.int64).tobytes())

    @property
    def records(self) -> npt.NDArray[np.int64]:
        """The record numbers alone."""
        return np.array(self._records, np.int64)

    @property
    def lines(self) -> npt.NDArray[np.int64]:
        """The line numbers alone."""
        return np.array(self._lines, np.int64)

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._records, self._lines, strict=True)

    @overload
    def __getitem__(self, index: int) -> tuple[int, int]: ...

    @overload
    def __getitem__(self, index: slice) -> list[tuple[int, int]]: ...

    def __getitem__(self, index: int | slice) -> tuple[int, int] | list[tuple[int, int]]:
        if isinstance(index, slice):
            return list(zip(self._records[index], self._lines[index], strict=True))
        return self._records[index], self._lines[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
