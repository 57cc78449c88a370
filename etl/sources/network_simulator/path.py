"""Which way will one case take? Its draws, turned into steps by its type's play; never when somebody has time."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np
import pandas as pd

from etl.sources.network_simulator.playbook import PLAYS
from etl.sources.network_simulator.run import HOUR, Floats, Run, draws
from etl.sources.network_simulator.teams import Staff


class Step(Enum):
    """Why a case lies in a queue, or what follows a visit."""

    FIRST = auto()
    ANSWERED = auto()
    TAKEN_OVER = auto()
    DECIDE = auto()
    DECIDED = auto()
    REJECTED = auto()
    REOPENED = auto()
    ACT = auto()
    AGAIN = auto()
    DISMISS = auto()

    def __lt__(self, other: "Step") -> bool:
        """Heaps compare tuples; the order among steps itself means nothing."""
        return self.value < other.value


SHARE = {Step.FIRST: 0.6, Step.ANSWERED: 0.3, Step.TAKEN_OVER: 0.5, Step.DECIDED: 0.2, Step.REJECTED: 0.5,
          Step.REOPENED: 0.6, Step.ACT: 0.4, Step.AGAIN: 0.5}  # fmt: skip
"""Share of a case's minutes that each visit takes."""
DECIDE_MINUTES, REJECTED, WITHDRAWN = 9.0, 0.12, 0.05
BOUNCES = (0.2, 0.05)
"""Probability that a case that was handed over comes back once, and goes over a second time."""


@dataclass(slots=True)
class Path:
    """One case on its way. Moments in seconds of the run, 0 = never."""

    seen_at: int
    due_at: int
    rank: int
    team: int
    other_team: int
    approver: int
    minutes: float
    decide_minutes: float
    pause_seconds: int
    will_pause: bool
    answer_at: int
    """When what it waits for comes at the earliest, 0 = nobody knows."""
    will_hand_over: bool
    needs_approval: bool
    is_rejected: bool
    bounces: int
    """How often a case that was handed over comes back."""
    is_sent_back: bool
    """Whether the first fix does not hold when it is checked, and the case goes back to investigation."""
    is_false: bool
    may_escalate: bool
    automatic_at: int
    cancelled_at: int
    reopens_after: int
    closes_after: int
    has_reopened: bool = False
    ended_at: int = 0
    waits: Step | None = None

    def minutes_of(self, step: Step) -> float:
        """Minutes of undisturbed work that a visit takes."""
        return self.decide_minutes if step is Step.DECIDE else self.minutes * SHARE[step]


def minutes(median: Any, normal: Any) -> Any:
    """Minutes of undisturbed work: log-normal around the play's median."""
    return median * np.exp(0.45 * normal)


def pause_seconds(hours: Any, dice: Any) -> Any:
    """How long somebody outside takes to answer; four in a hundred take very long."""
    return (hours * HOUR * np.exp(1.6 * (dice - 0.5) * 2) * (1 + 14 * (dice > 0.96))).astype(np.int64)


def approval_factor(severity: Any) -> Any:
    """Critical cases need approval more often."""
    return 1.0 + 0.3 * (severity == 2)


def next_step(path: Path, step: Step) -> Step:
    """What follows the visit: each detour of a case happens once, in the order pause, hand-over, approval.

    Only a hand-over may be followed by others: teams that send a case to and fro.
    """
    if step is Step.TAKEN_OVER and path.bounces:
        path.bounces -= 1
        return step
    if step is Step.DECIDE:
        following = Step.REJECTED if path.is_rejected else Step.DECIDED
        path.is_rejected = False
        return following
    if step is Step.REJECTED:
        return Step.DECIDE
    if step is Step.FIRST and path.is_false:
        return Step.DISMISS
    for flag, following in (
        ("will_pause", Step.ANSWERED),
        ("will_hand_over", Step.TAKEN_OVER),
        ("needs_approval", Step.DECIDE),
    ):
        if getattr(path, flag):
            setattr(path, flag, False)
            return following
    return Step.ACT


def paths(run: Run, staff: Staff, cases: pd.DataFrame, units: "pd.Series[int]", slow: dict[int, float]) -> list[Path]:
    """The paths of the cases, in their order. `units` = business unit of each; `slow[team]` = factor on approvals."""
    dice = draws(run, "path", cases["identity"].to_numpy(), 16)
    columns = (
        cases["type_code"],
        cases["seen_at"],
        cases["due_at"],
        cases["severity"],
        cases["site"],
        units,
        cases["answer_at"],
    )
    return [_path(staff, slow, row, d) for row, d in zip(zip(*columns, strict=True), dice, strict=True)]


def _path(staff: Staff, slow: dict[int, float], row: tuple[Any, ...], d: Floats) -> Path:
    type_code, seen, due, severity, site, unit, answer = row
    play = PLAYS[type_code]
    normal = float(np.sqrt(-2 * np.log(d[0])) * np.cos(2 * np.pi * d[1]))
    approver = staff.team_of[f"approver_{unit}", 0]
    site = max(site, 0)
    return Path(
        seen_at=seen, due_at=due, rank=2 - severity, team=staff.team_of[play.team, site],
        other_team=staff.team_of[play.to, site], approver=approver,
        minutes=float(minutes(play.minutes, normal)), decide_minutes=DECIDE_MINUTES * slow.get(approver, 1.0),
        pause_seconds=900 if answer else int(pause_seconds(play.pause_hours, d[2])), will_pause=d[3] < play.pause or answer > 0, answer_at=int(answer),
        will_hand_over=d[4] < play.handover and play.to != play.team,
        needs_approval=d[5] < play.approval * approval_factor(severity), is_rejected=d[6] < REJECTED,
        bounces=sum(int(d[14] < chance) for chance in BOUNCES), is_sent_back=d[15] < play.rework,
        is_false=d[7] < play.false, may_escalate=severity > 0 and d[8] < 0.75,
        automatic_at=seen + int(300 + 3600 * d[9] ** 2) if d[10] < play.automatic else 0,
        cancelled_at=seen + int((8 + 60 * d[11]) * HOUR) if d[12] < WITHDRAWN else 0,
        reopens_after=int((6 + 70 * d[9]) * HOUR) if d[13] < play.reopen else 0,
        closes_after=int((12 + 60 * d[2]) * HOUR),
    )  # fmt: skip
