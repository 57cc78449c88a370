"""How probably would a case miss its deadline, given where and when it was seen? Its way, drawn anew many times.

A Monte-Carlo probability per case with a random stream of its own. What is known at detection is kept: type, severity,
team, deadline, supply that is announced, and the queues as they stood (the waits of the cases around it, `waits.py`).
What is not known is drawn: minutes, pauses, hand-overs, approvals, rework, withdrawal. Never the case's own draws.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.sources.network_simulator import path, waits
from etl.sources.network_simulator.path import SHARE, Step
from etl.sources.network_simulator.playbook import PLAYS, Play
from etl.sources.network_simulator.run import HOUR, NEVER, Flags, Floats, Ints, Run
from etl.sources.network_simulator.teams import Staff
from etl.sources.network_simulator.waits import REACH, Waits

MANY = 50_000
_AT_ONCE = 2_000


@dataclass(slots=True)
class _Draw:
    """Many drawn ways side by side; `at` moves forward, `end` is set where a way is over."""

    rng: np.random.Generator
    waits: Waits
    plays: list[Play]
    times: int
    at: Ints
    severity: Ints
    team: Ints
    end: Ints
    minutes: Floats = field(default_factory=lambda: np.zeros(0))
    cancelled_at: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def trait(self, name: str) -> Floats:
        """A number of each way's play."""
        return np.repeat(np.array([getattr(play, name) for play in self.plays], dtype=float), self.times)

    def happens(self, chance: Floats | float) -> Flags:
        """For every way whether something of that chance happens to it."""
        hit: Flags = self.rng.random(len(self.at)) < chance
        return hit

    def visit(self, who: Flags, team: Ints, minutes: Floats) -> None:
        """The ways `who` (those not over) wait for somebody of the team, who then works so many minutes."""
        for number in np.unique(team[who]).tolist():
            for level in (0, 1, 2):
                mine = np.flatnonzero(who & (team == number) & (self.severity == level) & (self.end == NEVER))
                if len(mine):
                    self._served(mine, number, level, minutes[mine])

    def _served(self, mine: Ints, team: int, level: int, minutes: Floats) -> None:
        seconds = self.waits.open_seconds(team, self.at[mine])
        dice = self.rng.integers(0, 2 * REACH, len(mine))
        begin = seconds + self.waits.drawn(team, level, seconds, dice)
        gone = self.cancelled_at[mine]
        lost = (gone > self.at[mine]) & (gone < self.waits.moment(team, begin))
        self.end[mine[lost]] = gone[lost]
        self.at[mine] = self.waits.moment(team, begin + self._work(team, minutes))

    def act(self, who: Flags, team: Ints, share: float) -> None:
        """The ways `who` are worked on without a further wait."""
        for number in np.unique(team[who]).tolist():
            mine = np.flatnonzero(who & (team == number) & (self.end == NEVER))
            seconds = self.waits.open_seconds(number, self.at[mine])
            self.at[mine] = self.waits.moment(number, seconds + self._work(number, self.minutes[mine] * share))

    def _work(self, team: int, minutes: Floats) -> Ints:
        staff = self.waits.staff
        speed = np.array([staff.people[who].speed for who in staff.teams[team].people])
        pace = speed[self.rng.integers(0, len(speed), len(minutes))] / staff.teams[team].attention
        work: Ints = (minutes * 60 * pace).astype(np.int64)
        return work


def probabilities(run: Run, staff: Staff, cases: pd.DataFrame, trail: pd.DataFrame, slow: dict[int, float]) -> Floats:
    """For every case the share of its drawn ways that end after `due_at`. `slow` as in `path.paths`."""
    rng, lived = run.stream("breach"), waits.observed(staff, cases, trail)
    times = 60 if len(cases) > MANY else 120
    parts = [_of_part(rng, lived, cases.iloc[first : first + _AT_ONCE], slow, times)
             for first in range(0, len(cases), _AT_ONCE)]  # fmt: skip
    return np.concatenate([*parts, np.zeros(0)])


def _of_part(rng: np.random.Generator, lived: Waits, cases: pd.DataFrame, slow: dict[int, float], times: int) -> Floats:
    rows, staff = cases.loc[cases.index.repeat(times)], lived.staff
    plays, site = [PLAYS[code] for code in cases["type_code"]], np.maximum(cases["site"].to_numpy(), 0)
    team, other = (
        np.repeat([staff.team_of[getattr(play, name), place] for play, place in zip(plays, site, strict=True)], times)
        for name in ("team", "to")
    )
    approver = np.array([staff.team_of[f"approver_{unit}", 0] for unit in rows["unit"]])
    seen, end = rows["seen_at"].to_numpy() + 60, np.full(len(rows), NEVER, dtype=np.int64)
    draw = _Draw(rng, lived, plays, times, seen, rows["severity"].to_numpy(), team, end)
    draw.minutes = path.minutes(draw.trait("minutes"), rng.normal(size=len(rows)))
    patience = ((8 + 60 * rng.random(len(rows))) * HOUR).astype(np.int64)
    draw.cancelled_at = np.where(draw.happens(path.WITHDRAWN), seen + patience, NEVER)
    _investigated(draw, rows["answer_at"].to_numpy())
    _handed_over(draw, other)
    _decided(draw, approver, slow)
    _fixed(draw)
    late = np.where(draw.end > NEVER, draw.end, draw.at) > rows["due_at"].to_numpy()
    late &= ~draw.happens(draw.trait("automatic"))
    share: Floats = late.reshape(-1, times).mean(axis=1)
    return share


def _investigated(draw: _Draw, answer_at: Ints) -> None:
    """The first visit, and the answer that somebody outside owes."""
    everyone = np.ones(len(draw.at), dtype=bool)
    draw.visit(everyone, draw.team, draw.minutes * SHARE[Step.FIRST])
    unfounded = draw.happens(draw.trait("false")) & (draw.end == NEVER)
    draw.end[unfounded] = draw.at[unfounded]
    pauses = (draw.end == NEVER) & (draw.happens(draw.trait("pause")) | (answer_at > 0))
    usual = path.pause_seconds(draw.trait("pause_hours"), draw.rng.random(len(draw.at)))
    came = np.maximum(draw.at + np.where(answer_at > 0, 900, usual), answer_at)
    draw.at[pauses] = came[pauses].astype(np.int64)
    draw.visit(pauses, draw.team, draw.minutes * SHARE[Step.ANSWERED])


def _handed_over(draw: _Draw, other: Ints) -> None:
    """To another team, and perhaps to and fro; afterwards `team` is who has it."""
    dice = draw.rng.random(len(draw.at))
    moves = draw.happens(draw.trait("handover")) & (other != draw.team) & (draw.end == NEVER)
    for chance in (1.0, *path.BOUNCES):
        moves &= dice < chance
        draw.team, other = np.where(moves, other, draw.team), np.where(moves, draw.team, other)
        draw.visit(moves, draw.team, draw.minutes * SHARE[Step.TAKEN_OVER])


def _decided(draw: _Draw, approver: Ints, slow: dict[int, float]) -> None:
    """The approver's queue, once more after a rejection."""
    chance = draw.trait("approval") * path.approval_factor(draw.severity)
    asks = draw.happens(chance) & (draw.end == NEVER)
    minutes = path.DECIDE_MINUTES * np.array([slow.get(int(team), 1.0) for team in approver])
    draw.visit(asks, approver, minutes)
    again = asks & draw.happens(path.REJECTED)
    draw.visit(again, draw.team, draw.minutes * SHARE[Step.REJECTED])
    draw.visit(again, approver, minutes)
    draw.visit(asks, draw.team, draw.minutes * SHARE[Step.DECIDED])


def _fixed(draw: _Draw) -> None:
    """The fix, which may not hold when it is checked, or be found wanting after it was reported as done."""
    everyone = np.ones(len(draw.at), dtype=bool)
    draw.act(everyone, draw.team, SHARE[Step.ACT])
    again = draw.happens(draw.trait("rework"))
    draw.visit(again, draw.team, draw.minutes * SHARE[Step.AGAIN])
    draw.act(again, draw.team, SHARE[Step.ACT])
    wakes = draw.happens(draw.trait("reopen")) & (draw.end == NEVER)
    draw.at += np.where(wakes, ((6 + 70 * draw.rng.random(len(draw.at))) * HOUR).astype(np.int64), 0)
    draw.visit(wakes, draw.team, draw.minutes * SHARE[Step.REOPENED])
    draw.act(wakes, draw.team, SHARE[Step.ACT])
