"""Does every KPI agree with a second computation, written in pandas from the catalogue's formula?

The oracles know nothing of the definitions: they read the same random frames and follow the formula text.
"""

from typing import Any

import pytest

from control_tower import kpi
from control_tower.definitions import kpis
from tests.control_tower import (
    oracles,
    oracles_business,
    oracles_derived,
    oracles_flow,
    oracles_money,
    oracles_trade,
    random_build,
)
from tests.control_tower.conftest import Build
from tests.control_tower.oracles import Frames
from tests.control_tower.random_build import T
from tests.control_tower.span import ASKED

pytestmark = pytest.mark.filterwarnings("ignore::lifelines.exceptions.ApproximationWarning")

FAMILIES = (
    oracles,
    oracles_business,
    oracles_derived,
    oracles_flow,
    oracles_money,
    oracles_trade,
)  # all register in one table
ORACLES = oracles.ORACLES
SEEDS = (1, 2)


@pytest.fixture(scope="module", params=SEEDS)
def drawn(request: pytest.FixtureRequest) -> tuple[Any, Frames]:
    found = random_build.frames(request.param)
    build = Build(T.to_pydatetime())
    for relation, frame in found.items():
        build.insert_frame(relation, frame)
    build.model()
    build.insert("policy_parameter", [{"name": "running_cost_per_day_amount", "value": oracles_money.COST}])
    return build.connection, found


WITHOUT_FRAMES = {"data_quality_rate": "its rows are the ledger's; the worked example adds them up"}


def test_every_kpi_has_an_oracle() -> None:
    assert set(ORACLES) | set(WITHOUT_FRAMES) == set(kpis())


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_kpi_equals_its_formula_in_pandas(name: str, drawn: tuple[Any, Frames]) -> None:
    connection, found = drawn
    period = kpi.Period(ASKED.since.to_pydatetime(), ASKED.until.to_pydatetime())
    computed = kpi.evaluate(connection, kpis()[name], period)
    assert computed.not_available is None
    assert computed.n > 5  # otherwise the frames prove nothing
    assert computed.value == pytest.approx(float(ORACLES[name](found)), rel=1e-9)
