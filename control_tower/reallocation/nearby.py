"""Which changes could change a line's answer, nearest first? Guessed from the line's own terms, everything else standing still.

Guesses only: what really happens is solved in `corner.py` and found by `turning.py`.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from control_tower.reallocation.assembly import NOTHING_ASSIGNED, Model
from control_tower.reallocation.corner import Change, Corner, Kind
from control_tower.reallocation.explain import TERM_WORDS
from control_tower.reallocation.situation import NEVER, Situation
from control_tower.vocabulary import MoveAction as Action

SPLIT_RULES = ("ship_complete", "split_contract", "split_margin")
STOCK_RULES = ("available_to_promise", "safety_stock", *SPLIT_RULES)
CERTAIN = ("no_lane", "no_date", "site_capacity")
"""Rules that state a fact which is missing: without it there is nothing to solve."""
_CENT, _HUNDREDTH = 0.01, 0.01
_REACH = 20
"""How many times the guess is still looked at."""


def changes(corner: Corner, line: int) -> list[Change]:
    """What could change the answer, nearest first; ties in the order of kinds and subjects."""
    view = _View(corner, line)
    found = [*view.freight(), *view.dates(), *view.quantities(), *view.weights(), *view.rules()]
    return sorted(found, key=lambda change: (change.nearness, change.kind.value, change.subject))


@dataclass(frozen=True)
class _View:
    """The options of one line by themselves: what each is worth for the whole line, and how far from the chosen one."""

    corner: Corner
    line: int

    @cached_property
    def model(self) -> Model:
        return self.corner.plan.model

    @cached_property
    def qty(self) -> float:
        return float(self.model.line_rows[self.line].qty)

    @property
    def cells(self) -> dict[str, list[Any]]:
        return self.corner.cells

    @cached_property
    def rows(self) -> list[int]:
        """The line's own options."""
        return [int(row) for row in np.flatnonzero(self.corner.own(self.line))]

    @property
    def refused(self) -> list[str]:
        return self.cells["refused_by"]

    def value(self, row: int) -> float:
        """The score of serving the whole line by this option."""
        return float(self.cells["unit"][row] * self.qty + self.cells["use"][row])

    @cached_property
    def chosen(self) -> list[int]:
        return sorted(self.corner.planned(self.line))

    @cached_property
    def best(self) -> float:
        """The score of the line's answer: of several options, by the share that each carries."""
        cells = self.cells
        return float(sum(cells["unit"][row] * cells["flow"][row] + cells["use"][row] for row in self.chosen))

    @cached_property
    def others(self) -> list[int]:
        """Allowed options that are not in the answer, the best first."""
        found = [row for row in self.rows if not self.refused[row] and row not in self.chosen]
        return sorted(found, key=lambda row: (-self.value(row), row))

    @cached_property
    def gap(self) -> float:
        """How much the best other option is behind; at least a cent, since others may want what it needs."""
        behind = self.best - self.value(self.others[0]) if self.others else self.qty
        return max(behind, _CENT)

    def _change(self, kind: Kind, subject: str, column: str, numbers: tuple[float, float, float, int]) -> Change:
        """A change of all options of the corner that share this subject; `numbers`: now, step, needed, most steps."""
        now, step, needed, most = numbers
        guess = max(math.ceil(needed / abs(step) - 1e-9), 1)
        scale = float(self.model.rules.wait_days) if kind == Kind.DATE else self.qty if kind == Kind.QUANTITY else now
        return Change(kind, subject, column, subject, now, step, guess, most, needed / max(abs(scale), _CENT))

    def freight(self) -> list[Change]:
        """The chosen way dearer; the best other way that could be cheap enough cheaper."""
        weight, found = self.model.weights["freight"], []
        lanes = [row for row in self.chosen if self.cells["lane_id"][row]]
        if not weight:
            return []
        for row in lanes[:1]:
            needed = self.gap / self.qty / weight
            step = _fine(needed)
            most = math.ceil(_REACH * needed / step)
            now = float(self.cells["unit_freight"][row])
            found.append(self._change(Kind.FREIGHT, self.cells["lane_id"][row], "lane_id", (now, step, needed, most)))
        for row in self.others:
            now, needed = float(self.cells["unit_freight"][row]), (self.best - self.value(row)) / self.qty / weight
            step = _fine(needed)
            if self.cells["lane_id"][row] and 0 < needed < now and self.cells["lane_id"][row] not in self._taken:
                numbers = (now, -step, needed, math.floor(now / step))
                return [*found, self._change(Kind.FREIGHT, self.cells["lane_id"][row], "lane_id", numbers)]
        return found

    @cached_property
    def _taken(self) -> set[str]:
        return {self.cells["lane_id"][row] for row in self.chosen}

    def _per_day(self) -> float:
        """What a day late costs this line."""
        late = self.model.weights["lateness"] + self.model.weights["priority"] * float(self.model.points[self.line])
        price = self.model.line_rows[self.line].unit_price
        price = 0.0 if price is None or math.isnan(price) else float(price)
        return max(float(self.model.rules.lateness_rate) * price * self.qty * late, _CENT)

    def dates(self) -> list[Change]:
        """The chosen receipt later; the best receipt that is not chosen earlier."""
        found, far = [], int(self.model.rules.wait_days) * 2
        promise = float(self.model.line_rows[self.line].promise_day)
        for row in [row for row in self.chosen if self._is_receipt(row)][:1]:
            ready = int(self.cells["ships_day"][row])
            slack = max(promise - self.cells["arrives_day"][row], 0.0) if promise < NEVER else 0.0
            needed = slack + self.gap / self._per_day()
            numbers = (float(ready), 1.0, needed, far)
            found.append(self._change(Kind.DATE, self.cells["supply_id"][row], "supply_id", numbers))
        for row in [row for row in self.others if self._is_receipt(row)][:1]:
            ready, needed = (
                int(self.cells["ships_day"][row]),
                max((self.best - self.value(row)) / self._per_day(), _CENT),
            )
            if needed <= ready - 1:
                numbers = (float(ready), -1.0, needed, ready - 1)
                found.append(self._change(Kind.DATE, self.cells["supply_id"][row], "supply_id", numbers))
        return found

    def _is_receipt(self, row: int) -> bool:
        return bool(self.cells["action"][row] == Action.IN_TRANSIT.value and self.cells["ships_day"][row] < NEVER)

    def quantities(self) -> list[Change]:
        """Less where the line draws on; more where a better option has too little."""
        found = []
        for row in [row for row in self.chosen if self._is_counted(row)][:1]:
            drawn = self.corner.drawn(self.cells["source"][row])
            now = float(self.cells["capacity"][row])
            found.append(self._source(row, -1.0, max(now - drawn, 0.0) + 1.0, max(math.floor(now), 1)))
        wanted = [row for row in self.rows if self.refused[row] in STOCK_RULES and self._is_counted(row)]
        better = sorted((row for row in wanted if self.value(row) > self.best), key=lambda r: (-self.value(r), r))
        for row in better[:1]:
            needed = max(self.qty - float(self.cells["capacity"][row]), 1.0)
            found.append(self._source(row, 1.0, needed, math.ceil(needed) + 200))
        return found

    def _source(self, row: int, step: float, needed: float, most: int) -> Change:
        found = self._change(
            Kind.QUANTITY, self.cells["source"][row], "source", (float(self.cells["capacity"][row]), step, needed, most)
        )
        return replace(found, subject=self._place(row))

    def _place(self, row: int) -> str:
        if self.cells["supply_id"][row]:
            return f"receipt {self.cells['supply_id'][row]}"
        return f"{self.cells['item_id'][row]} at {self.cells['from_site_id'][row]}"

    def _is_counted(self, row: int) -> bool:
        drawn = self.cells["action"][row] not in (*NOTHING_ASSIGNED, Action.DROP_SHIP.value)
        return drawn and self.cells["donor"][row] < 0

    def weights(self) -> list[Change]:
        """The weight that has the least way to go until another option is as good."""
        found = []
        for name, weight in self.model.weights.items():
            turns = [turn for row in self.others[:_REACH] if (turn := self._turn(name, weight, row)) is not None]
            if turns:
                move = min(turns, key=lambda turn: (abs(turn), turn))
                most = math.floor(weight / _HUNDREDTH) if move < 0 else math.ceil(_REACH * weight / _HUNDREDTH)
                step = math.copysign(_HUNDREDTH, move)
                guess = max(math.ceil(abs(move) / _HUNDREDTH - 1e-9), 1)
                if guess <= most:
                    near = abs(move) / weight
                    found.append(Change(Kind.WEIGHT, name, "", None, weight, step, guess, most, near))
        return sorted(found, key=lambda change: (change.nearness, change.subject))[:2]

    def _turn(self, name: str, weight: float, row: int) -> float | None:
        """By how much a weight must move until this option is as good as the answer; None = it never is."""
        lead = self._term(name, self.chosen) - self._term(name, [row])
        gap = self.best - self.value(row)
        move = -gap / lead if abs(lead) > _CENT else None
        return move if move is not None and weight > 0 and weight + move >= 0 and move != 0 else None

    def _term(self, name: str, rows: list[int]) -> float:
        fixed, total = f"fixed_{name}", 0.0
        for row in rows:
            qty = self.cells["flow"][row] if row in self.chosen else self.qty
            total += self.cells[name][row] * qty + (self.cells[fixed][row] if fixed in self.cells else 0.0)
        return float(total)

    def rules(self) -> list[Change]:
        """The best option that a rule refuses, if it would win."""
        better = [row for row in self.rows if self.refused[row] and self.refused[row] not in CERTAIN]
        better = [row for row in better if self.value(row) > self.best and self.cells["capacity"][row] > 0]
        found = []
        for row in sorted(better, key=lambda row: (-self.value(row), row))[:1]:
            kind = Kind.CONTRACT if self.refused[row] in SPLIT_RULES else Kind.RULE
            subject = self.model.line_rows[self.line].order_line_id
            name = str(subject) if kind == Kind.CONTRACT else self.refused[row]
            found.append(Change(kind, name, "row", row, 0.0, 0.0, 1, 1, 1.0))
        return found


def _fine(needed: float) -> float:
    """A step of a price: a cent, or for large ones so that two digits of what is needed are told apart."""
    return max(_CENT, 10.0 ** (math.floor(math.log10(max(needed, _CENT))) - 1))


def words(change: Change, steps: int, found: Situation) -> str:
    """The change as a clause: what would have to be how."""
    now, there = change.now, change.at(steps)
    by = abs(there - now)
    match change.kind:
        case Kind.FREIGHT:
            return f"freight on lane {change.subject} were {there:.4g} a unit, not {now:.4g}"
        case Kind.DATE:
            when = "later" if there > now else "earlier"
            return f"receipt {change.subject} came {by:g} day{'' if by == 1 else 's'} {when}"
        case Kind.QUANTITY:
            return f"{by:g} {'more' if there > now else 'fewer'} of {_placed(change.subject, found)} could be promised"
        case Kind.WEIGHT:
            return f"the weight of {TERM_WORDS[change.subject]} were {there:.2f}, not {now:g}"
        case Kind.CONTRACT:
            return "the contract let this line be served in parts"
    return f"the rule “{change.subject.replace('_', ' ')}” did not forbid it"


def _placed(subject: str, found: Situation) -> str:
    item, _, site = subject.partition(" at ")
    return f"{item} at {found.place(site)}" if site else subject
