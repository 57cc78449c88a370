"""Which period do the oracles compute, and what time is it for them?

One span for the random frames, another for the demo; an oracle asks it and knows neither.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from tests.control_tower.random_build import T


@dataclass
class Span:
    """The period [since, until) and the clock of rows that bring none of their own."""

    since: pd.Timestamp
    until: pd.Timestamp
    now: pd.Timestamp

    def clock(self, frame: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
        """The clock of each row's source, else the build's."""
        return frame["as_of"] if "as_of" in frame else pd.Series(self.now, index=frame.index)


ASKED = Span(pd.Timestamp("2026-01-12"), pd.Timestamp("2026-03-15"), T)


@contextmanager
def asking(other: Span) -> Iterator[None]:
    """Let the oracles compute another period until the block ends."""
    before = (ASKED.since, ASKED.until, ASKED.now)
    ASKED.since, ASKED.until, ASKED.now = other.since, other.until, other.now
    try:
        yield
    finally:
        ASKED.since, ASKED.until, ASKED.now = before
