"""Does the catalogue say why a figure changed, with what late data and another definition added, and do its steps add up?"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from control_tower import builds, kpi, warehouse
from control_tower.definitions import kpis
from control_tower.settings import Settings
from dashboard.charts import change_parts
from dashboard.components import why_view
from tests.dashboard import sample_build
from tests.dashboard.conftest import Run, words

RATE = kpis()["sla_breach_rate"]
WHY = {"adds_up": True, "before": 0.55, "after": 0.46, "volume": 0.0, "mix": -0.055, "rate": -0.035, "dimension": "site_id",
       "compared_with": {"since": "2026-02-01T00:00:00", "until": "2026-03-01T00:00:00"}, "parts": [{"key": "a"}]}  # fmt: skip
SAID = {"build": "b", "reported": 0.50, "late_data": 0.02, "mapping": 0.0, "late_data_and_mapping": 0.0, "definition": 0.03,
        "restated": 0.55, "changed": ["policy recurrence_days: 30 → 60"], "mapped": []}  # fmt: skip


@pytest.mark.parametrize("said", [None, SAID])
def test_the_steps_lead_from_what_was_said_to_what_is_said_now(said: dict[str, Any] | None) -> None:
    rows = why_view.steps(RATE, WHY, said, "EUR")
    whole = rows[rows["is_whole"]]["amount"].tolist()
    assert whole == [0.55 if said is None else 0.50, 0.46]
    assert rows[~rows["is_whole"]]["amount"].sum() == pytest.approx(whole[1] - whole[0])
    assert list(rows["words"])[1:-1] == (
        ["Mix", "Rate"] if said is None else ["Late data", "Other definition", "Mix", "Rate"]
    )
    bars = change_parts.figure(rows, "light", "lower").data[0]
    ends = [base + height for base, height in zip(bars.base, bars.y, strict=True)]
    assert ends[-2] == pytest.approx(ends[-1]) == pytest.approx(0.46)
    assert bars.base[0] == bars.base[-1] == 0


def test_what_is_defined_otherwise_is_named_and_no_change_is_said_too() -> None:
    assert "Defined otherwise: policy recurrence_days: 30 → 60." in why_view.words(WHY, SAID)
    calm = SAID | {"late_data": 0.0, "definition": 0.0, "changed": []}
    assert "Late rows, mappings and definitions changed nothing of what that build said." in why_view.words(WHY, calm)
    assert any("does not add up" in line for line in why_view.words(WHY | {"adds_up": False}, None))


@pytest.fixture(scope="module")
def two_builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose published build holds 500 exceptions more than the one before."""
    home = tmp_path_factory.mktemp("two")
    for rows, build_id in ((1_500, "build-one"), (2_000, "build-two")):
        sample_build.write_home(home, rows=rows, build_id=build_id)
    return home


def test_the_panel_shows_what_an_older_build_said_and_what_came_since(run: Run, two_builds: Path) -> None:
    home = Settings(home=two_builds)
    assert builds.current_id(home.builds) == "build-two"
    until = datetime(2026, 3, 16)
    before = kpi.Period(until - timedelta(days=56), until - timedelta(days=28))
    app = run(two_builds, "kpi_catalogue", kpi="new_exceptions", against="build-one")
    assert not app.exception
    said = words(app)
    assert "Why did it change?" in said
    assert "From what build build-one said of the 28 days from" in said
    with warehouse.open_current(home).cursor() as now, warehouse.open_build(home, "build-one").cursor() as then:
        found = kpi.restated(now, then, kpis()["new_exceptions"], before, None)
    assert found["late_data"] > 0
    plain = run(two_builds, "kpi_catalogue", kpi="new_exceptions", against="no such build")
    assert not plain.exception
    assert "From the 28 days before to" in words(plain)


def test_a_figure_that_cannot_be_split_so_still_says_both_ends(run: Run) -> None:
    """Every figure with a value opens its panel without an error, whatever it can be split by."""
    for name in ("open_exceptions", "expected_days"):
        app = run("sample", "kpi_catalogue", kpi=name)
        assert not app.exception, name


@pytest.mark.parametrize("name", sorted(kpis()))
def test_a_figure_knows_what_it_can_be_split_by(name: str, homes: Callable[[str], Path]) -> None:
    """Every dimension offered is one that the breakdown takes."""
    with warehouse.open_current(Settings(home=homes("sample"))).cursor() as cursor:
        known = kpi.dimensions(cursor, kpis()[name])
        assert set(known) <= kpi.DIMENSIONS
        found = kpi.evaluate(cursor, kpis()[name])
        if found.value is not None and known:
            parts = kpi.breakdown(cursor, kpis()[name], kpi.Period(), {}, known[0])
            assert pd.Series([part.key for part in parts]).is_unique
