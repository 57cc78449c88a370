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
from tests.control_tower.demo_frames import BuildFrames
from tests.control_tower.span import ASKED, Span, asking
from tests.control_tower.test_kpi_oracles import ORACLES

SINCE, UNTIL = (
    pd.Timestamp("2026-03-30"),
    pd.Timestamp("2026-06-28"),
)  # from a Monday to the last day: something is open
NOT_IN_THE_DEMO = {"return_on_cost"}
"""The demo's policy states no running cost (K50)."""


@pytest.fixture(scope="module")
def asked(demo_build: Build) -> Iterator[tuple[Any, BuildFrames]]:
    """A connection to the demo build and its frames, while the oracles compute the demo's period."""
    with demo_build.cursor() as cursor:
        frames = BuildFrames(cursor)
        with asking(Span(SINCE, UNTIL, frames.now())):
            yield cursor, frames


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_kpi_equals_its_formula_on_the_demo_build(name: str, asked: tuple[Any, BuildFrames]) -> None:
    connection, frames = asked
    period = kpi.Period(ASKED.since.to_pydatetime(), ASKED.until.to_pydatetime())
    computed = kpi.evaluate(connection, kpis()[name], period)
    if name in NOT_IN_THE_DEMO:
        assert computed.value is None and computed.not_available
        return
    assert computed.not_available is None
    assert computed.n > 5
    exact = 1e-6 if kpis()[name].unit.startswith("money") else 1e-9  # prices and amounts are kept to four decimals
    assert computed.value == pytest.approx(float(ORACLES[name](frames)), rel=exact)


def test_the_gate_lets_through_what_the_ledger_says(asked: tuple[Any, BuildFrames]) -> None:
    connection, frames = asked
    ledger = frames["load_ledger"]
    passed = ledger["read_rows"].sum() - ledger["refused_rows"].sum()
    computed = kpi.evaluate(connection, kpis()["data_quality_rate"])
    assert computed.value == pytest.approx(passed / ledger["read_rows"].sum(), rel=1e-12)
