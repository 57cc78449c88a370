"""What does the newest build say that a decision depends on? The workflow's questions, answered by the warehouse.

Reads only. Whether a plan still holds is the planner's knowledge: `recheck` is handed in.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from control_tower import builds, warehouse
from control_tower.model import ExceptionFacts, Pool
from control_tower.policy import Policy
from control_tower.settings import Settings
from control_tower.vocabulary import ExceptionStatus
from control_tower.warehouse import Build
from control_tower.workflow.ports import Facts

Recheck = Callable[[Mapping[str, Any], Build, Policy], list[str]]


class BuildFacts:
    """The facts of the newest build; in a home without one, no exception is known and nothing is available."""

    def __init__(self, settings: Settings, recheck: Recheck) -> None:
        """Open the published build, if there is one."""
        self._build = warehouse.open_current(settings) if builds.current_id(settings.builds) else None
        self._recheck = recheck

    @property
    def build_id(self) -> str:
        """Which build answers."""
        return self._build.id if self._build else ""

    def exception(self, exception_id: str) -> ExceptionFacts | None:
        """What the build says of one exception."""
        return self.known([exception_id]).get(exception_id)

    def known(self, exception_ids: Iterable[str]) -> dict[str, ExceptionFacts]:
        """What the build says of many exceptions."""
        rows = self._rows("decision_exception", exception_ids=list(exception_ids))
        return {
            row["exception_id"]: ExceptionFacts(**{**row, "status": ExceptionStatus(row["status"])}) for row in rows
        }

    def available_qty(self, pool: Pool) -> Decimal:
        """What may be promised from a pool; 0 for what the build does not know."""
        if pool.donor_order_line_id:
            rows = self._rows("decision_donor", order_line_id=pool.donor_order_line_id, item_id=pool.item_id)
        elif pool.supply_id:
            rows = self._rows("decision_supply", supply_id=pool.supply_id, item_id=pool.item_id)
        else:
            rows = self._rows("decision_stock", site_id=pool.site_id, item_id=pool.item_id)
        return max(Decimal(rows[0]["qty"]), Decimal(0)) if rows and rows[0]["qty"] is not None else Decimal(0)

    def changes(self, payload: Mapping[str, Any], policy: Policy) -> list[str]:
        """What the planner finds changed since the payload was made."""
        return self._recheck(payload, self._build, policy) if self._build else ["there is no build to check against"]

    def _rows(self, read: str, **bound: str | list[str] | None) -> list[dict[str, Any]]:
        if self._build is None:
            return []
        frame = self._build.read(read, None, **bound)
        return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")]


@dataclass(frozen=True)
class ReadAhead:
    """The newest build's facts with some exceptions asked beforehand, for many actions in a row."""

    facts: Facts
    held: Mapping[str, ExceptionFacts]

    @property
    def build_id(self) -> str:
        """Which build answers."""
        return self.facts.build_id

    def exception(self, exception_id: str) -> ExceptionFacts | None:
        """What the build says of one exception."""
        return self.held.get(exception_id) or self.facts.exception(exception_id)

    def known(self, exception_ids: Iterable[str]) -> Mapping[str, ExceptionFacts]:
        """What the build says of many exceptions."""
        return self.facts.known(exception_ids)

    def available_qty(self, pool: Pool) -> Decimal:
        """What may be promised from a pool."""
        return self.facts.available_qty(pool)

    def changes(self, payload: Mapping[str, Any], policy: Policy) -> list[str]:
        """What changed since the payload was made."""
        return self.facts.changes(payload, policy)
