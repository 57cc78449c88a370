"""What would the search say if failures fell on units regardless of what the units are? Thousands of such worlds.

The outcome of the real build is dealt out again: every failing unit hands all its failures to another unit of the same
kind, customer tier, block of time and stated dimensions, drawn without replacement; failures that are events against an
exposure fall on any unit of their block. All kinds, dimensions and pairs see the same deal. A world in which anything
passes the least strict form of the test is judged by the product's own code; the others cannot have a finding.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from control_tower.analysis import counting
from control_tower.analysis.contingency import tables
from control_tower.analysis.contrast import Floats, Ints, tail
from control_tower.analysis.exposure import BLOCKS, Span
from control_tower.analysis.root_cause import _evidence, conclude
from control_tower.analysis.units import WIDTH, Units, units
from control_tower.analysis.verdict import Limits, Verdict
from control_tower.warehouse import Build

UNIT = {"order_line": "order_line_id", "order": "order_id", "shipment": "shipment_id", "invoice": "invoice_id"}
CHUNK = 100
RARE = 1e-3
"""Only chances below it are computed; a world with so many of them that it could matter is judged anyway."""
FAILING = """
SELECT e.type_code, e.exception_id, u.unit_id, e.detected_at, u.exposed_at, u.tier_no, {dimensions}
FROM mart_exception AS e LEFT JOIN mart_exposure AS u ON u.kind = ? AND u.unit_id = e.{column}
WHERE list_contains(?, e.type_code) AND e.status NOT IN ('duplicate', 'false_positive')
AND coalesce(e.disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
"""


@dataclass(frozen=True)
class Kind:
    """The units of one kind of now, its failures, and what every deal leaves as it is."""

    name: str
    units: Units
    types: tuple[str, ...]
    are_units: bool
    pools: list[Ints]
    """Units of each stratum of the deal."""
    pool: Ints
    """Pool of each failing unit (or event)."""
    failing: Ints
    """Failing unit of each failure."""
    kind: Ints
    """Type of each failure; the last number is `*`."""

    def deal(self, random: np.random.Generator, runs: int) -> Ints:
        """runs × failing units: the unit that fails instead."""
        dealt = np.empty((runs, self.pool.size), dtype=np.int64)
        for number, members in enumerate(self.pools):
            here = np.flatnonzero(self.pool == number)
            if not self.are_units:
                dealt[:, here] = members[random.integers(0, members.size, (runs, here.size))]
            elif members.size <= 8 * here.size:
                dealt[:, here] = members[random.random((runs, members.size)).argsort(axis=1)[:, : here.size]]
            else:
                dealt[:, here] = members[distinct(random, runs, here.size, members.size)]
        return dealt

    def failures(self, dealt: Ints) -> pd.DataFrame:
        """One dealt world as `failed_unit` returns it."""
        unit = dealt[self.failing]
        frame = pd.DataFrame({name: code[unit] for name, code in self.units.codes.items()})
        stratum = self.units.stratum[unit]
        kinds = np.array([*self.types, "*"], dtype=object)[self.kind]
        return frame.assign(type_code=kinds, is_linked=self.are_units, tier=stratum // WIDTH - 1, block=stratum % WIDTH,
                            failed=1, amount=0.0, days=0.0)  # fmt: skip


def distinct(random: np.random.Generator, runs: int, count: int, size: int) -> Ints:
    """runs × count numbers below `size`, different within each run: drawn, and what came twice drawn again."""
    drawn = random.integers(0, size, (runs, count))
    while True:
        order = drawn.argsort(axis=1, kind="stable")
        sorted_ = np.take_along_axis(drawn, order, axis=1)
        again = np.zeros_like(drawn, dtype=bool)
        np.put_along_axis(again, order[:, 1:], sorted_[:, 1:] == sorted_[:, :-1], axis=1)
        if not again.any():
            return drawn
        drawn[again] = random.integers(0, size, int(again.sum()))


def kinds(build: Build, span: Span) -> Iterator[Kind]:
    """Every kind of unit of a build with its failures of the span, linked ones and events."""
    for name, types in counting.exposure.assign(build, span).kinds.items():
        every = units(build, name, span)
        now = every.stratum % WIDTH >= BLOCKS
        here = Units(name, every.levels, {key: code[now] for key, code in every.codes.items()}, every.stratum[now])
        frame = failing(build, here, span, list(types))
        for are_units in (True, False):
            part = frame[frame["unit_id"].notna() == are_units]
            if len(part):
                yield _kind(here, part, are_units)


def failing(build: Build, here: Units, span: Span, types: list[str]) -> pd.DataFrame:
    """The failures of one kind: type, unit, pool; what has no unit is an event of its own."""
    column = UNIT.get(here.kind, "exception_id")
    text = FAILING.format(column=column, dimensions=", ".join(f"u.{_number(name)}" for name in here.codes))
    frame = build.sql(text, [here.kind, types]).to_pandas()
    at = frame["exposed_at"].fillna(frame["detected_at"])
    frame = frame.assign(block=((at - pd.Timestamp(span.before)).dt.total_seconds() // span.block_seconds).astype(int))
    return frame[(frame["block"] >= BLOCKS) & (frame["block"] < WIDTH)]


def _number(name: str) -> str:
    return f"{name.removesuffix('_id')}_no"


def _kind(here: Units, part: pd.DataFrame, are_units: bool) -> Kind:
    bits = [(code >= 0).astype(np.int64) << place for place, code in enumerate(here.codes.values())]
    place = here.stratum * 2 ** len(bits) + sum(bits) if are_units else here.stratum % WIDTH
    if are_units:
        stated = [part[_number(name)].notna().to_numpy(np.int64) << no for no, name in enumerate(here.codes)]
        stratum = (part["tier_no"].fillna(-1).to_numpy(np.int64) + 1) * WIDTH + part["block"].to_numpy()
        wanted = stratum * 2 ** len(bits) + sum(stated)
        failing, first = np.unique(part["unit_id"].to_numpy(str), return_index=True)
        of = np.searchsorted(failing, part["unit_id"].to_numpy(str))
    else:
        wanted, first, of = part["block"].to_numpy(), np.arange(len(part)), np.arange(len(part))
    codes = sorted(part["type_code"].unique())
    pairs = np.unique(np.c_[of, [codes.index(code) for code in part["type_code"]]], axis=0)
    if are_units:
        pairs = np.r_[pairs, np.c_[np.arange(first.size), np.full(first.size, len(codes))]]
    pools, pool = np.unique(wanted[first], return_inverse=True)
    members = [np.flatnonzero(place == one) for one in pools]
    return Kind(here.kind, here, tuple(codes), are_units, members, pool, pairs[:, 0], pairs[:, 1])


@dataclass(frozen=True)
class Fixed:
    """One dimension or pair of one kind: what no deal changes, and from which count on a value is rare."""

    value: NDArray[np.int64]
    """Value of each unit, −1 = not stated."""
    expected: Floats
    trials: Floats
    critical: Floats


def fixed(kind: Kind, dimensions: tuple[str, ...], small_sample: int) -> Fixed:
    """Expected failures and trials of every type × value, as `compare` reckons them."""
    here, value = kind.units, np.zeros(kind.units.stratum.size, dtype=np.int64)
    for name in dimensions:
        value = np.where((value < 0) | (here.codes[name] < 0), -1, value * len(here.levels[name]) + here.codes[name])
    used, place = np.unique(value[value >= 0], return_inverse=True)
    value[value >= 0] = place
    stratum = here.stratum if kind.are_units else here.stratum % WIDTH
    exposed = np.zeros((used.size, int(stratum.max()) + 1))
    np.add.at(exposed, (value[value >= 0], stratum[value >= 0]), 1)
    original = np.array([members[0] for members in kind.pools])[kind.pool][kind.failing]
    known = value[original] >= 0
    failed = np.zeros((len(kind.types) + 1, exposed.shape[1]))
    np.add.at(failed, (kind.kind[known], stratum[original][known]), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = failed @ np.nan_to_num(exposed / exposed.sum(axis=0)).T
    least = [np.minimum(exposed, one).sum(axis=1) if kind.are_units else (exposed > 0) @ one for one in failed]
    trials, enough = np.array(least), exposed.sum(axis=1) >= small_sample
    return Fixed(value, expected, trials, np.where(enough, critical(expected, trials), np.inf))


def critical(expected: Floats, trials: Floats) -> Floats:
    """The smallest count whose chance is below RARE."""
    count = np.ceil(expected + 1)
    while (common := (tail(count, expected, trials) > RARE) & (count <= trials)).any():
        count = np.where(common, count + 1, count)
    return count


@dataclass
class Alarms:
    """How many of the worlds had a finding (q at the level), a strong and a watch verdict."""

    runs: int
    looked_at: int
    suspicious: int = 0
    found: int = 0
    strong: int = 0
    watch: int = 0
    worst: list[float] = field(default_factory=list)

    @property
    def strong_share(self) -> float:
        """Share of the worlds with any strong verdict."""
        return self.strong / self.runs


def run(build: Build, span: Span, limits: Limits, runs: int, seed: int = 7) -> Alarms:
    """Deal `runs` worlds and judge them, replication taken for granted, which only makes alarms easier."""
    random, dealers = np.random.default_rng(seed), list(kinds(build, span))
    prepared = [[fixed(kind, names, limits.small_sample) for names in kind.units.tables()] for kind in dealers]
    alarms = Alarms(runs, counting.count(build, span, (), limits.small_sample).looked_at)
    for first in range(0, runs, CHUNK):
        size = min(CHUNK, runs - first)
        dealt = [kind.deal(random, size) for kind in dealers]
        rare = [_rare(*one) for one in zip(dealers, prepared, dealt, strict=True)]
        at, chance = (np.concatenate(parts) for parts in zip(*rare, strict=True))
        for world in range(size):
            chances = np.sort(chance[at == world])
            ranks = np.arange(1, chances.size + 1)
            if chances.size and (
                (chances * alarms.looked_at / ranks).min() <= limits.level
                or chances.size * limits.level >= RARE * alarms.looked_at
            ):
                alarms.suspicious += 1
                _judge(alarms, dealers, [one[world] for one in dealt], limits)
    return alarms


def _rare(kind: Kind, prepared: list[Fixed], dealt: Ints) -> tuple[Ints, Floats]:
    """World and chance of every type × value whose count is rare there."""
    worlds, chances = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    runs, types = len(dealt), len(kind.types) + 1
    for table in prepared:
        value = table.value[dealt][:, kind.failing]
        width = table.expected.shape[1]
        place = (np.arange(runs)[:, None] * types + kind.kind[None, :]) * width + value
        counted = np.bincount(place[value >= 0], minlength=runs * types * width).reshape(runs, types, width)
        world, row, column = np.nonzero(counted >= table.critical)
        worlds.append(world)
        chances.append(
            tail(counted[world, row, column].astype(float), table.expected[row, column], table.trials[row, column])
        )
    return np.concatenate(worlds), np.concatenate(chances)


def _judge(alarms: Alarms, dealers: list[Kind], dealt: list[Ints], limits: Limits) -> None:
    """Judge one world by the product's own counting, comparing and judging."""
    parts = []
    for kind, units_ in zip(dealers, dealt, strict=True):
        encoded = list(tables(kind.units, kind.failures(units_), limits.small_sample))
        parts += list(_evidence(encoded, kind.name, limits))
    certain = [{**part, "replicated": np.full(len(part["p"]), True, object)} for part in parts]
    rows = conclude(certain, alarms.looked_at, limits)
    alarms.found += bool((rows["q"] <= limits.level).any())
    alarms.strong += bool((rows["verdict"] == Verdict.STRONG).any())
    alarms.watch += bool((rows["verdict"] == Verdict.WATCH).any())
