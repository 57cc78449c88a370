"""How many could have failed and how many did, for everything that is compared? One counting for all analyses.

The search and the watch for rising rates look at the same counts of the same period: they are made once and kept for
the two periods asked for last. Never compares and never judges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from control_tower.analysis import exposure
from control_tower.analysis.contingency import CUSTOMER, Table, tables
from control_tower.analysis.exposure import Exposure, Span
from control_tower.analysis.units import asked, units
from control_tower.warehouse import Build


@dataclass(frozen=True, slots=True)
class Counted:
    """The tables of every kind of unit, which types they speak of, and the customers by number."""

    exposure: Exposure
    tables: Mapping[str, tuple[Table, ...]]
    customers: tuple[str, ...]

    @property
    def looked_at(self) -> int:
        """Everything compared, also what had no failure."""
        return sum(table.looked_at for found in self.tables.values() for table in found)


@lru_cache(maxsize=2)
def count(build: Build, span: Span, sites: tuple[str, ...], small_sample: int) -> Counted:
    """Count a build over all dimensions and pairs; no sites = all."""
    assigned = exposure.assign(build, span, sites)
    made: dict[str, tuple[Table, ...]] = {}
    customers: tuple[str, ...] = ()
    for kind, types in assigned.kinds.items():
        exposed = units(build, kind, span, sites)
        failed = failures(build, kind, types, span, sites)
        made[kind] = tuple(tables(exposed, failed, small_sample))
        customers = tuple(exposed.levels[CUSTOMER])
    return Counted(assigned, made, customers)


def failures(build: Build, kind: str, types: Sequence[str], span: Span, sites: Sequence[str]) -> pd.DataFrame:
    """What failed among the units of one kind: a row per type (`*` = any of them) and unit, dimensions as numbers."""
    return pd.DataFrame(build.columns("failed_unit", kind=kind, types=list(types), **asked(build, span, sites)))
