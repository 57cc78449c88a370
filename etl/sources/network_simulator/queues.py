"""How do people work the exceptions? Queues, shifts and hand-overs, event by event; never why a case exists.

Each team has one queue ordered by severity, then due time. A free person on shift takes the first case; waiting
times are nobody's parameter, they come from load, shifts and pauses.
"""

import heapq
from array import array
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.sources.network_simulator.path import Path, Step, next_step
from etl.sources.network_simulator.run import HOUR
from etl.sources.network_simulator.teams import Staff

ACTIVITIES = (
    "Detect", "Assign", "Acknowledge", "Investigate", "Ask", "Receive answer", "Hand over", "Request approval",
    "Approve", "Reject", "Act", "Rework", "Resolve", "Close", "Escalate", "Reopen", "Resolve automatically",
    "Cancel", "Dismiss", "Begin decision", "Resume after answer", "Resume after decision", "Send back",
)  # fmt: skip
NO = {name: number for number, name in enumerate(ACTIVITIES)}
BEGINS = {
    Step.FIRST: "Acknowledge", Step.TAKEN_OVER: "Acknowledge", Step.REOPENED: "Acknowledge", Step.AGAIN: "Acknowledge",
    Step.ANSWERED: "Resume after answer", Step.DECIDED: "Resume after decision", Step.REJECTED: "Resume after decision",
    Step.DECIDE: "Begin decision",
}  # fmt: skip
"""What the log says when somebody takes up a case for a visit: what lies before it is waiting, what follows is work."""
_ARRIVE, _FREE, _WAKE, _DUE, _WITHDRAW = range(5)


@dataclass(slots=True)
class Trail:
    """What happened to the cases: one entry per event. `person` -1 = a program."""

    case: "array[int]" = field(default_factory=lambda: array("q"))
    activity: "array[int]" = field(default_factory=lambda: array("q"))
    moment: "array[int]" = field(default_factory=lambda: array("q"))
    person: "array[int]" = field(default_factory=lambda: array("q"))
    team: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, case: int, activity: str, moment: int, person: int, team: int) -> None:
        """One more event."""
        self.case.append(case)
        self.activity.append(NO[activity])
        self.moment.append(moment)
        self.person.append(person)
        self.team.append(team)

    def frame(self) -> pd.DataFrame:
        """All events in case and time order; equal times keep the order in which they happened."""
        columns = {name: np.asarray(getattr(self, name)) for name in ("case", "activity", "moment", "person", "team")}
        return pd.DataFrame(columns).sort_values(["case", "moment"], kind="stable").reset_index(drop=True)


class Desk:
    """The teams of one stage at work on its cases (rows of `paths` by number)."""

    def __init__(self, staff: Staff, paths: list[Path]) -> None:
        """Nobody has begun; every case is still to arrive."""
        self.staff, self.paths, self.trail = staff, paths, Trail()
        self.waiting: dict[int, list[tuple[int, int, int, Step]]] = {t: [] for t in range(len(staff.teams))}
        self.idle: dict[int, list[int]] = {t: list(team.people) for t, team in enumerate(staff.teams)}
        self.is_woken = [False] * len(staff.people)
        self.agenda: list[tuple[int, int, int, int, Step]] = []
        self.sequence = 0

    def run(self) -> pd.DataFrame:
        """Work until every case has ended, however long that takes. Returns the trail."""
        for number, path in enumerate(self.paths):
            self._open(number, path)
        while self.agenda:
            moment, _, kind, who, step = heapq.heappop(self.agenda)
            if kind == _ARRIVE:
                self._queue(who, step, moment)
            elif kind == _DUE:
                self._escalate(who, moment)
            elif kind == _WITHDRAW:
                self._withdraw(who, moment)
            else:
                self._freed(who, moment, kind)
        return self.trail.frame()

    def _plan(self, moment: int, kind: int, who: int, step: Step = Step.FIRST) -> None:
        self.sequence += 1
        heapq.heappush(self.agenda, (moment, self.sequence, kind, who, step))

    def _open(self, number: int, path: Path) -> None:
        self.trail.add(number, "Detect", path.seen_at, -1, path.team)
        if path.automatic_at:
            path.ended_at = path.automatic_at
            self.trail.add(number, "Resolve automatically", path.ended_at, -1, path.team)
            self.trail.add(number, "Close", path.ended_at + HOUR, -1, path.team)
            return
        self.trail.add(number, "Assign", path.seen_at + 60, -1, path.team)
        self._plan(path.seen_at + 60, _ARRIVE, number)
        if path.may_escalate:
            self._plan(path.due_at, _DUE, number)
        if path.cancelled_at:
            self._plan(path.cancelled_at, _WITHDRAW, number)

    def _queue(self, number: int, step: Step, moment: int) -> None:
        path = self.paths[number]
        if path.ended_at and path.ended_at <= moment and step is not Step.REOPENED:
            return
        team = path.approver if step is Step.DECIDE else path.team
        if step is Step.REOPENED:
            path.ended_at = 0
            self.trail.add(number, "Reopen", moment, -1, path.team)
        if step is Step.ANSWERED:
            self.trail.add(number, "Receive answer", moment, -1, path.team)
        path.waits = step
        heapq.heappush(self.waiting[team], (path.rank, path.due_at, number, step))
        self._dispatch(team, moment)

    def _escalate(self, number: int, moment: int) -> None:
        path = self.paths[number]
        if path.ended_at and path.ended_at <= moment:
            return
        self.trail.add(number, "Escalate", moment, -1, path.team)
        path.rank = -1
        if path.waits is not None:
            team = path.approver if path.waits is Step.DECIDE else path.team
            heapq.heappush(self.waiting[team], (path.rank, path.due_at, number, path.waits))

    def _withdraw(self, number: int, moment: int) -> None:
        """The customer loses patience: a case that still lies in a queue ends without a fix."""
        path = self.paths[number]
        if path.waits is not None and not path.ended_at:
            path.ended_at, path.waits = moment, None
            self.trail.add(number, "Cancel", moment, -1, path.team)

    def _freed(self, who: int, moment: int, kind: int) -> None:
        team = self.staff.people[who].team
        if kind == _FREE:
            self.idle[team].append(who)
        else:
            self.is_woken[who] = False
        self._dispatch(team, moment)

    def _dispatch(self, team: int, moment: int) -> None:
        queue, idle = self.waiting[team], self.idle[team]
        while queue and idle:
            rank, _, number, step = queue[0]
            if self.paths[number].waits is not step or rank != self.paths[number].rank:
                heapq.heappop(queue)
                continue
            who = next((p for p in idle if self.staff.people[p].clock.next_open(moment) == moment), None)
            if who is None:
                self._wake(idle, moment)
                return
            heapq.heappop(queue)
            idle.remove(who)
            self.paths[number].waits = None
            self._plan(self._work(number, step, who, moment), _FREE, who)

    def _wake(self, idle: list[int], moment: int) -> None:
        for who in idle:
            if not self.is_woken[who]:
                self.is_woken[who] = True
                self._plan(self.staff.people[who].clock.next_open(moment), _WAKE, who)

    def _work(self, number: int, step: Step, who: int, moment: int) -> int:
        """One visit of a person to a case. Returns when the person is free again."""
        path, person = self.paths[number], self.staff.people[who]
        self.trail.add(number, BEGINS[step], moment, who, person.team)
        pace = person.speed / self.staff.teams[person.team].attention
        done = person.clock.after(moment, int(path.minutes_of(step) * 60 * pace))
        following = next_step(path, step)
        self._report(number, step, following, who, done)
        if following is not Step.ACT:
            return done
        fixed = person.clock.after(done, int(path.minutes_of(Step.ACT) * 60 * pace))
        self.trail.add(number, "Act", fixed, who, person.team)
        if path.is_sent_back:
            path.is_sent_back = False
            self.trail.add(number, "Send back", fixed, who, person.team)
            self._plan(fixed, _ARRIVE, number, Step.AGAIN)
        else:
            self._fix(number, who, fixed)
        return fixed

    def _report(self, number: int, step: Step, following: Step, who: int, done: int) -> None:
        path, team = self.paths[number], self.staff.people[who].team
        if step is Step.DECIDE:
            self.trail.add(number, "Reject" if following is Step.REJECTED else "Approve", done, who, team)
        elif step is Step.REJECTED:
            self.trail.add(number, "Rework", done, who, team)
        elif step is not Step.DECIDED:
            self.trail.add(number, "Investigate", done, who, team)
        if following is Step.DISMISS:
            path.ended_at = done
            self.trail.add(number, "Dismiss", done, who, team)
        elif following is Step.ANSWERED:
            self.trail.add(number, "Ask", done, who, team)
            self._plan(max(done + path.pause_seconds, path.answer_at), _ARRIVE, number, following)
        elif following is Step.TAKEN_OVER:
            self.trail.add(number, "Hand over", done, who, team)
            path.team, path.other_team = path.other_team, path.team
            self._plan(done, _ARRIVE, number, following)
        elif following is not Step.ACT:
            if following is Step.DECIDE:
                self.trail.add(number, "Request approval", done, who, team)
            self._plan(done, _ARRIVE, number, following)

    def _fix(self, number: int, who: int, fixed: int) -> None:
        path, team = self.paths[number], self.staff.people[who].team
        self.trail.add(number, "Resolve", fixed, who, team)
        path.ended_at = fixed
        if path.reopens_after and not path.has_reopened:
            path.has_reopened = True
            self._plan(fixed + path.reopens_after, _ARRIVE, number, Step.REOPENED)
        else:
            self.trail.add(number, "Close", fixed + path.closes_after, -1, team)
