"""When does a person work? Clocks that turn minutes of work into moments; never what is worked on."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator.run import DAY, HOUR, Flags, Ints


@dataclass(frozen=True, slots=True)
class Clock:
    """Open intervals of one person, in order, and the seconds worked before each."""

    opens: list[int]
    closes: list[int]
    before: list[int]

    def next_open(self, moment: int) -> int:
        """The first moment at or after at which the person works."""
        at = bisect_right(self.closes, moment)
        return max(moment, self.opens[at]) if at < len(self.opens) else moment

    def after(self, moment: int, seconds: int) -> int:
        """The moment at which `seconds` of work begun at `moment` are done."""
        at = bisect_right(self.closes, moment)
        if at >= len(self.opens):
            return moment + seconds
        done = self.before[at] + max(0, moment - self.opens[at]) + seconds
        last = bisect_right(self.before, done - 1) - 1 if seconds else at
        last = max(last, at)
        return self.opens[last] + done - self.before[last]


def clock(offset: Ints, is_open: Flags, start_hour: float, end_hour: float) -> Clock:
    """The clock of somebody who works from `start_hour` to `end_hour` local time on the open days."""
    days = np.flatnonzero(is_open)
    opens = days * DAY + int(start_hour * HOUR) - offset[days]
    length = int((end_hour - start_hour) * HOUR)
    return Clock(opens.tolist(), (opens + length).tolist(), (np.arange(len(days)) * length).tolist())
