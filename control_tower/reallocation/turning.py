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
from control_tower.reallocation.parts import EXACT_BELOW
from control_tower.reallocation.plan import Plan
from control_tower.vocabulary import MoveAction as Action

SHOWN = 3
"""Changes that are said of a line."""
PER_LINE = 16
"""Solves that one line may use up, so that others have theirs."""
WAYS = 100
"""A corner of more ways than this counts as several solves, since it takes several times as long."""


@dataclass
class Budget:
    """How many solves are left, for the plan and for the line that is looked at."""

    left: int
    of_line: int = 0

    def begin(self) -> None:
        """Another line's turn."""
        self.of_line = min(PER_LINE, self.left)

    def spend(self, solves: int) -> bool:
        """Whether that many may be spent; then they are."""
        if self.of_line <= 0 or self.left <= 0:
            return False
        self.left, self.of_line = self.left - solves, self.of_line - 1
        return True


def of(plan: Plan, fixed: Iterable[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """What would change the answer of each short line (by order line id), nearest first, at most three each.

    One entry: `change`, `subject`, `now`, `at`, `instead` (an option, split or partial_ship), `is_confirmed`, `words`.
    Lines with most money at stake are asked first. `fixed` are lines that a planner decided himself: not asked.
    """
    lines, skip = plan.model.situation.lines, set(fixed)
    budget, keys = Budget(int(plan.model.rules.what_if_solves)), explain.option_keys(plan)
    stake = (lines["qty"].astype(float) * lines["unit_price"].fillna(0.0).astype(float)).to_numpy()
    ids = lines["order_line_id"].tolist()
    asked = [(row, found) for row, found in corners_of.corners(plan).items() if ids[row] not in skip]
    asked.sort(key=lambda pair: (-stake[pair[0]], ids[pair[0]]))
    said = {}
    for row, found in asked:
        budget.begin()
        said[ids[row]] = _Asked(plan, found, row, [keys[place] for place in found.places.tolist()]).said(budget)
    return dict(sorted(said.items()))


@dataclass(frozen=True)
class _Asked:
    """One line and its corner; `keys` name the options of the corner."""

    plan: Plan
    corner: Corner
    line: int
    keys: list[str]

    def said(self, budget: Budget) -> list[dict[str, Any]]:
        found, estimated = list[dict[str, Any]](), list[dict[str, Any]]()
        changes = nearby.changes(self.corner, self.line)
        solvable = self.corner.ways <= EXACT_BELOW and self._is_the_best(budget)
        for change in changes:
            if len(found) == SHOWN:
                break
            turned = self._least(change, budget) if solvable else None
            if turned:
                found.append(self._entry(change, turned[0], turned[1]))
            elif turned is None:
                estimated.append(self._entry(change, change.guess, None))
        found.sort(key=lambda entry: entry.pop("nearness"))
        for entry in estimated:
            entry.pop("nearness")
        return (found + estimated)[:SHOWN]

    def _is_the_best(self, budget: Budget) -> bool:
        """Whether solving the corner as it is gives the plan's own answer: else its gap is wider than this line."""
        return self._solve(None, 0, budget) == self.corner.planned(self.line)

    def _solve(self, change: Change | None, steps: int, budget: Budget) -> frozenset[int] | None:
        if not budget.spend(1 + (self.corner.ways // WAYS) ** 2 // 3):
            return None
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
        instead = self._named(there) if there is not None else None
        words = nearby.words(change, steps, self.plan.model.situation)
        tail = f"{instead} would win" if instead else "another option could win"
        return {
            "change": change.kind.value,
            "subject": change.subject,
            "now": change.now if change.step else None,
            "at": change.at(steps) if change.step else None,
            "instead": instead,
            "is_confirmed": there is not None,
            "words": f"If {words}, {tail}",
            "nearness": change.nearness * steps / max(change.guess, 1),
        }

    def _named(self, rows: frozenset[int]) -> str:
        """The new answer as the options of a line are named."""
        actions = self.corner.options["action"].to_numpy()
        if len(rows) == 1:
            return self.keys[next(iter(rows))]
        waits = [row for row in rows if actions[row] in NOTHING_ASSIGNED]
        return Action.PARTIAL_SHIP.value if len(rows) - len(waits) == 1 else Action.SPLIT.value


def answered(payload: Mapping[str, Any], plan: Plan, fixed: Iterable[str] = ()) -> dict[str, Any]:
    """The payload of a plan with `would_change` said for every line."""
    said = of(plan, fixed)
    lines = [{**line, "would_change": said.get(line["order_line_id"], [])} for line in payload["lines"]]
    return {**payload, "lines": lines}
