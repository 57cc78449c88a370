"""What would change the answer? Per short line the nearest changes that do, each found by solving its corner anew.

A change that is confirmed changes the line's answer, and one step less of it does not: both were solved. How much is
solved is policy's (`what_if_solves`); what was not solved is said to be an estimate, from the line's own terms.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from control_tower.reallocation import corner as corners_of
from control_tower.reallocation import explain, nearby
from control_tower.reallocation.assembly import NOTHING_ASSIGNED
from control_tower.reallocation.corner import Change, Corner
from control_tower.reallocation.plan import Plan
from control_tower.vocabulary import MoveAction as Action

SHOWN = 3
"""Changes that are said of a line."""
PER_LINE = 16
"""Solves that one line may use up, so that others have theirs."""
WAYS = 100
"""A part of more ways than this counts as several solves: the time grows with the square of its ways, and more."""
TOO_LARGE = "large"
USED_UP = "budget"
NOT_THE_BEST = "gap"
NOT_SURE = "unsure"


@dataclass
class Budget:
    """How many solves are left, for the plan and for the line that is looked at."""

    left: int
    of_line: int = 0
    lines: int = 0
    """Lines that were looked at by solving."""
    is_used_up: bool = False

    def begin(self) -> None:
        """Another line's turn."""
        self.of_line = min(PER_LINE, self.left)

    def spend(self, solves: int) -> bool:
        """Whether that many may be spent; then they are."""
        if self.of_line <= 0 or self.left < solves:
            self.is_used_up = True
            return False
        self.left, self.of_line = self.left - solves, self.of_line - 1
        return True


def of(plan: Plan, fixed: Iterable[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """What would change the answer of each short line (by order line id), nearest first, at most three each.

    One entry: `change`, `subject`, `now`, `at`, `instead` (an option, split or partial_ship), `is_confirmed`,
    `estimated_because` (large, budget, gap, unsure; None when it is confirmed), `words`. Lines with most money at stake
    are asked first. `fixed` are lines that a planner decided himself: not asked.
    """
    return _asked(plan, fixed, Budget(int(plan.model.rules.what_if_solves)))


def _asked(plan: Plan, fixed: Iterable[str], budget: Budget) -> dict[str, list[dict[str, Any]]]:
    lines, skip, keys = plan.model.situation.lines, set(fixed), explain.option_keys(plan)
    stake = (lines["qty"].astype(float) * lines["unit_price"].fillna(0.0).astype(float)).to_numpy()
    ids, ways = lines["order_line_id"].tolist(), corners_of.ways(plan)
    asked = [(row, found) for row, found in corners_of.corners(plan).items() if ids[row] not in skip]
    asked.sort(key=lambda pair: (-stake[pair[0]], ids[pair[0]]))
    said = {}
    for row, found in asked:
        budget.begin()
        one = _Asked(plan, found, row, ways.get(row, 0))
        said[ids[row]] = [{**entry, "instead": one.named(entry["instead"], keys)} for entry in one.said(budget)]
        budget.lines += one.is_solved
    return {name: [_worded(entry) for entry in said[name]] for name in sorted(said)}


def _worded(entry: dict[str, Any]) -> dict[str, Any]:
    tail = f"{entry['instead']} would win" if entry["instead"] else "another option could win"
    return {**entry, "words": f"If {entry['words']}, {tail}"}


@dataclass
class _Asked:
    """One line and its corner; `ways` must be solved together to answer for it."""

    plan: Plan
    corner: Corner
    line: int
    ways: int
    is_solved: bool = False
    reason: str = NOT_SURE
    """Why what was not found by solving is an estimate."""

    def said(self, budget: Budget) -> list[dict[str, Any]]:
        """The entries of the line, the new answers still as rows of the corner."""
        found, estimated = list[dict[str, Any]](), list[dict[str, Any]]()
        changes = nearby.changes(self.corner, self.line)
        solvable = self._is_solvable(budget)
        for change in changes:
            if len(found) == SHOWN:
                break
            turned = self._least(change, budget) if solvable else None
            if turned:
                found.append(self._entry(change, turned[0], turned[1]))
            elif turned is None:
                estimated.append(self._entry(change, change.guess, None))
        found.sort(key=lambda entry: entry["nearness"])
        return [
            {key: value for key, value in entry.items() if key != "nearness"} for entry in (found + estimated)[:SHOWN]
        ]

    def _is_solvable(self, budget: Budget) -> bool:
        """Whether solving the line's part as it is gives the plan's own answer: else its gap is wider than this line."""
        if self.ways > corners_of.LARGEST:
            self.reason = TOO_LARGE
            return False
        found = self._solve(None, 0, budget)
        if found is None:
            return False
        self.is_solved = found == self.corner.planned(self.line)
        self.reason = NOT_SURE if self.is_solved else NOT_THE_BEST
        return self.is_solved

    def _solve(self, change: Change | None, steps: int, budget: Budget) -> frozenset[int] | None:
        self.reason = USED_UP
        if not budget.spend(1 + 2 * (self.ways // WAYS) ** 2):
            return None
        self.reason = NOT_SURE
        return self.corner.answer(self.line, change, steps)

    def _least(self, change: Change, budget: Budget) -> tuple[int, frozenset[int]] | tuple[()] | None:
        """The steps at which the answer changes while at one less it does not, and the new answer.

        Searched from the guess, away from it in growing strides, then by halves. () = it does not change within
        reach; None = not known: too few solves left.
        """
        low, high, there = 0, 0, frozenset[int]()
        steps, stride = min(max(change.guess, 1), change.most), 1
        while not high or high - low > 1:
            found = self._solve(change, steps, budget)
            if found is None:
                return None
            if found != self.corner.planned(self.line):
                high, there = steps, found
                steps = max(steps - stride, low + 1) if stride < steps - low else (low + high) // 2
            elif steps == change.most:
                return ()
            else:
                low = steps
                steps = (low + high) // 2 if high else min(steps + stride, change.most)
            steps, stride = (steps if steps > low else low + 1), stride * 4
        return high, there

    def _entry(self, change: Change, steps: int, there: frozenset[int] | None) -> dict[str, Any]:
        return {
            "change": change.kind.value,
            "subject": change.subject,
            "now": change.now if change.step else None,
            "at": change.at(steps) if change.step else None,
            "instead": there,
            "is_confirmed": there is not None,
            "estimated_because": None if there is not None else self.reason,
            "words": nearby.words(change, steps, self.plan.model.situation),
            "nearness": change.nearness * steps / max(change.guess, 1),
        }

    def named(self, rows: frozenset[int] | None, keys: list[str]) -> str | None:
        """The new answer as the options of a line are named."""
        if rows is None:
            return None
        actions = self.corner.cells["action"]
        if len(rows) == 1:
            return keys[int(self.corner.places[next(iter(rows))])]
        waits = [row for row in rows if actions[row] in NOTHING_ASSIGNED]
        return Action.PARTIAL_SHIP.value if len(rows) - len(waits) == 1 else Action.SPLIT.value


def answered(payload: Mapping[str, Any], plan: Plan, fixed: Iterable[str] = ()) -> dict[str, Any]:
    """The payload of a plan with `would_change` said for every line, and with `what_if`: how much of it was solved."""
    most = int(plan.model.rules.what_if_solves)
    budget = Budget(most)
    said = _asked(plan, fixed, budget)
    lines = [{**line, "would_change": said.get(line["order_line_id"], [])} for line in payload["lines"]]
    solved = {"solves": most, "used": most - budget.left, "lines": budget.lines, "is_used_up": budget.is_used_up}
    return {**payload, "lines": lines, "what_if": solved}
