"""Does every KPI agree with the same independent computation on the demo build too?

The demo has gaps, cancellations, six clocks and orders without lines that the drawn frames lack.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from control_tower import kpi
from control_tower.definitions import kpis
from control_tower.warehouse import Build
from tests.control_tower import oracles_money
from tests.control_tower.demo_frames import BuildFrames
from tests.control_tower.span import ASKED, Span, asking
from tests.control_tower.test_kpi_oracles import ORACLES

SINCE, UNTIL = (
    pd.Timestamp("2026-03-30"),
    pd.Timestamp("2026-06-28"),
)  # from a Monday to the last day: something is open
WAITS = "running_cost_per_day_amount"
"""What K50 waits for: the shipped policy states no running cost, so one is laid over it here."""


@pytest.fixture(scope="module")
def asked(demo_build: Build) -> Iterator[tuple[Any, BuildFrames]]:
    """A connection to the demo build and its frames, while the oracles compute the demo's period."""
    with demo_build.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE policy_parameter AS SELECT name, value FROM policy_parameter")
        cursor.execute("INSERT INTO temp.policy_parameter VALUES (?, ?)", [WAITS, oracles_money.COST])
        frames = BuildFrames(cursor)
        with asking(Span(SINCE, UNTIL, frames.now())):
            yield cursor, frames


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_kpi_equals_its_formula_on_the_demo_build(name: str, asked: tuple[Any, BuildFrames]) -> None:
    connection, frames = asked
    period = kpi.Period(ASKED.since.to_pydatetime(), ASKED.until.to_pydatetime())
    computed = kpi.evaluate(connection, kpis()[name], period)
    assert computed.not_available is None
    assert computed.n > 5
    exact = 1e-6 if kpis()[name].unit.startswith("money") else 1e-9  # prices and amounts are kept to four decimals
    assert computed.value == pytest.approx(float(ORACLES[name](frames)), rel=exact)


def test_without_a_stated_cost_there_is_no_return_and_it_says_what_it_waits_for(demo_build: Build) -> None:
    """K50, EXE-06: never 0."""
    with demo_build.cursor() as cursor:
        found = kpi.evaluate(cursor, kpis()["return_on_cost"])
    assert found.value is None
    assert WAITS in str(found.not_available)


def test_the_gate_lets_through_what_the_ledger_says(asked: tuple[Any, BuildFrames]) -> None:
    connection, frames = asked
    ledger = frames["load_ledger"]
    passed = ledger["read_rows"].sum() - ledger["refused_rows"].sum()
    computed = kpi.evaluate(connection, kpis()["data_quality_rate"])
    assert computed.value == pytest.approx(passed / ledger["read_rows"].sum(), rel=1e-12)
