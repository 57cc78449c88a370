"""Do the control room's tiles and `tower kpi` say the same number?"""

from typing import Any

import pytest

from control_tower import kpi, warehouse
from control_tower.definitions import kpis
from tests.control_tower import random_build
from tests.control_tower.conftest import Build
from tests.control_tower.random_build import T
from tests.control_tower.span import ASKED


@pytest.fixture(scope="module", params=[3, 4])
def tiles(request: pytest.FixtureRequest) -> tuple[Any, dict[str, Any]]:
    frames = random_build.frames(request.param)
    frame = frames["mart_exception"]
    suspect = (frame["detected_at"] < frame["detected_at"].quantile(0.05)) & frame["ended_at"].isna()
    assert suspect.any()
    basis = frame["sla_due_at"].notna().map({True: "due_time", False: "source_flag"})
    build = Build(T.to_pydatetime())
    build.insert_frame("mart_order_line", frames["mart_order_line"])
    basis = basis.where(frame["sla_breached"].notna(), None)
    build.insert_frame("mart_exception", frame.assign(sla_basis=basis, is_time_suspect=suspect))
    build.model()
    text = (warehouse.READS / "control_room.sql").read_text(encoding="utf-8").replace("{exceptions}", "mart_exception")
    bound = {
        "since": ASKED.since.to_pydatetime(),
        "until": ASKED.until.to_pydatetime(),
        "before": (ASKED.since - (ASKED.until - ASKED.since)).to_pydatetime(),
    }
    return build.connection, build.connection.execute(text, bound).df().iloc[0].to_dict()


@pytest.mark.parametrize(
    ("name", "tile"),
    [
        ("open_exceptions", "open_count"),
        ("new_exceptions", "new_count"),
        ("resolved_exceptions", "resolved_count"),
        ("oldest_open_hours", "oldest_hours"),
        ("value_at_risk", "open_value"),
    ],
)
def test_a_tile_shows_what_the_kpi_says(name: str, tile: str, tiles: tuple[Any, dict[str, Any]]) -> None:
    connection, shown = tiles
    found = kpi.evaluate(connection, kpis()[name], kpi.Period(ASKED.since.to_pydatetime(), ASKED.until.to_pydatetime()))
    assert found.value == pytest.approx(shown[tile])


def test_the_tile_of_late_exceptions_shows_the_terms_of_the_breach_rate(tiles: tuple[Any, dict[str, Any]]) -> None:
    connection, shown = tiles
    period = kpi.Period(ASKED.since.to_pydatetime(), ASKED.until.to_pydatetime())
    found = kpi.evaluate(connection, kpis()["sla_breach_rate"], period)
    assert (found.numerator, found.denominator) == (shown["late_count"], shown["judged_count"])


def test_the_oldest_open_leaves_suspect_times_out_and_says_how_many(tiles: tuple[Any, dict[str, Any]]) -> None:
    # fault 19
    connection, shown = tiles
    found = kpi.evaluate(
        connection, kpis()["oldest_open_hours"], kpi.Period(ASKED.since.to_pydatetime(), ASKED.until.to_pydatetime())
    )
    assert found.figure is not None
    assert found.figure.unknown == shown["open_suspect_count"] > 0


def test_every_page_counts_the_money_of_what_is_open_as_the_kpi_does() -> None:
    frames = random_build.frames(5)
    build = Build(T.to_pydatetime())
    build.insert_frame("mart_order_line", frames["mart_order_line"])
    is_open = frames["mart_exception"]["ended_at"].isna()
    build.insert_frame("mart_exception", frames["mart_exception"].assign(is_open=is_open, age_hours=1.0))
    build.model()
    expected = kpi.evaluate(build.connection, kpis()["value_at_risk"]).value
    for name, column in (("exception_total", "open_value"), ("aging_total", "open_value"), ("aging", "value_amount")):
        text = (warehouse.READS / f"{name}.sql").read_text(encoding="utf-8").replace("{exceptions}", "mart_exception")
        bound = {key: value for key, value in {"whose": "open", "days": 28}.items() if f"${key}" in text}
        shown = build.connection.execute(text, bound).df()[column].sum()
        assert shown == pytest.approx(expected), name
    by_site = kpi.breakdown(build.connection, kpis()["value_at_risk"], None, None, "site_id")
    text = (warehouse.READS / "breakdown.sql").read_text(encoding="utf-8").replace("{exceptions}", "mart_exception")
    after = (T + (T - ASKED.until)).to_pydatetime()
    shown_by = build.connection.execute(
        text,
        {
            "dimension": "site_id",
            "since": ASKED.since.to_pydatetime(),
            "until": after,
            **({"row_limit": 50} if "$row_limit" in text else {}),
        },
    ).df()
    assert shown_by["open_value"].sum() == pytest.approx(sum(part.figure.value or 0 for part in by_site))


@pytest.mark.parametrize("dimension", ["severity", "type_code", "site_id", "supplier_id"])
def test_a_holder_puts_as_much_at_risk_as_the_kpi_says(dimension: str) -> None:
    """EXE-02: also where two of its exceptions of different age stand on one order line."""
    frames = random_build.frames(6)
    build = Build(T.to_pydatetime())
    build.insert_frame("mart_order_line", frames["mart_order_line"])
    frame = frames["mart_exception"]
    ages = (T - frame["detected_at"]).dt.total_seconds() / 3600
    build.insert_frame("mart_exception", frame.assign(is_open=frame["ended_at"].isna(), age_hours=ages))
    build.model()
    text = (warehouse.READS / "aging_by.sql").read_text(encoding="utf-8").replace("{exceptions}", "mart_exception")
    cells = build.connection.execute(text, {"dimension": dimension}).df()
    shown = cells.groupby("key", dropna=False)["key_value"].first()
    parts = kpi.breakdown(build.connection, kpis()["value_at_risk"], None, None, dimension)
    assert cells.groupby("key", dropna=False)["value_amount"].sum().sum() > shown.sum()  # buckets do share lines
    assert len(shown) == len(parts)
    for part in parts:
        mine = shown[shown.index.isna()] if part.key is None else shown.loc[[part.key]]
        assert mine.iloc[0] == pytest.approx(part.figure.value), part.key
