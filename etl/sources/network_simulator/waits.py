"""How long would a case have waited in a queue at a given moment? Waits as others lived them; never a case's own path.

Moments are turned into seconds of open time of a team (its first seat comes whenever anybody does), so that nights,
Sundays and holidays are no part of a wait.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.sources.network_simulator.queues import BEGINS, NO
from etl.sources.network_simulator.run import Ints
from etl.sources.network_simulator.teams import Staff

ENOUGH = 12
"""Neighbours of the same severity from which on others of the team need not be asked."""
REACH = 4


@dataclass(slots=True)
class Waits:
    """By team and severity: when somebody joined the queue and how long that one waited, in open seconds, in order."""

    staff: Staff
    joined: dict[tuple[int, int], Ints] = field(default_factory=dict)
    waited: dict[tuple[int, int], Ints] = field(default_factory=dict)

    def open_seconds(self, team: int, moment: Ints) -> Ints:
        """Open time of the team up to the moment."""
        clock = self.staff.people[self.staff.teams[team].people[0]].clock
        opens, before = np.array(clock.opens), np.array(clock.before)
        at = np.minimum(np.searchsorted(np.array(clock.closes), moment, side="right"), len(opens) - 1)
        seconds: Ints = before[at] + np.maximum(moment - opens[at], 0)
        return seconds

    def moment(self, team: int, seconds: Ints) -> Ints:
        """When so much open time of the team has passed."""
        clock = self.staff.people[self.staff.teams[team].people[0]].clock
        opens, before = np.array(clock.opens), np.array(clock.before)
        at = np.maximum(np.searchsorted(before, seconds - 1, side="right") - 1, 0)
        moment: Ints = opens[at] + seconds - before[at]
        return moment

    def drawn(self, team: int, severity: int, seconds: Ints, dice: Ints) -> Ints:
        """Open seconds that one of the nearest others waited; `dice` = 0 … 2 × REACH - 1, never the case itself."""
        key = (team, severity) if len(self.joined.get((team, severity), ())) >= ENOUGH else (team, -1)
        if not len(self.joined.get(key, ())):
            return np.zeros(len(seconds), dtype=np.int64)
        joined = self.joined[key]
        place = np.searchsorted(joined, seconds)
        neighbour = np.where(dice < REACH, place - 1 - dice, place + 1 + dice - REACH)
        drawn: Ints = self.waited[key][np.clip(neighbour, 0, len(joined) - 1)]
        return drawn


def observed(staff: Staff, cases: pd.DataFrame, trail: pd.DataFrame) -> Waits:
    """The waits of a run: from the event that put a case into a queue to the one that says that somebody took it up."""
    rows = trail[trail["activity"] != NO["Escalate"]]
    before = rows.groupby("case")["moment"].shift()
    begins = rows["activity"].isin([NO[name] for name in BEGINS.values()]) & before.notna()
    joined, started = before[begins].to_numpy(dtype=np.int64), rows.loc[begins, "moment"].to_numpy()
    team, severity = rows.loc[begins, "team"].to_numpy(), cases["severity"].to_numpy()[rows.loc[begins, "case"]]
    result = Waits(staff)
    for number in range(len(staff.teams)):
        for level in (-1, 0, 1, 2):
            mine = (team == number) & ((severity == level) | (level < 0))
            at = result.open_seconds(number, joined[mine])
            order = np.argsort(at, kind="stable")
            result.joined[number, level] = at[order]
            result.waited[number, level] = np.maximum(result.open_seconds(number, started[mine]) - at, 0)[order]
    return result
