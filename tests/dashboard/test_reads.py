"""Does every read stay small, bound and true? Run on a drawn build, compared with plain arithmetic."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower import kpi, warehouse
from control_tower.definitions import kpis
from control_tower.filters import AGING, Filters
from control_tower.settings import Settings
from control_tower.warehouse import Build

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
ASKED = "\n".join(path.read_text(encoding="utf-8") for path in DASHBOARD.rglob("*.py"))
READS = sorted(path for path in warehouse.READS.glob("*.sql") if f'"{path.stem}"' in ASKED)
UNTIL = datetime(2026, 3, 16)
SINCE = UNTIL - timedelta(days=28)
BOUND: dict[str, Any] = {
    "since": SINCE, "until": UNTIL, "before": SINCE - timedelta(days=28), "weeks": 13, "dimension": "site_id",
    "row_limit": 10**9, "skip": 0, "sort": "impact", "whose": "open", "interface": "acme:EDI.ORDERS", "error": "", "exception_id": "acme:E000007",
    "source": "", "rule": "", "text": "", "days": 28, "customers": [], "order_line_ids": ["acme:O1-1"],
    "exception_ids": ["acme:E000007"],
}  # fmt: skip
FILE_LIMIT = 200_000
PLANNER_LIMIT = 20_000
"""Of the planner's inputs, which pages look names up in and never show."""
HOSTILE = [
    "' OR 1=1 --",
    "x'); DROP TABLE mart_exception; --",
    "%",
    "_",
    "$f_site_id",
    "{exceptions}",
    "\u202eacme:DC1",
]


@pytest.fixture(scope="module")
def build(homes: Callable[[str], Path]) -> Build:
    return warehouse.open_current(Settings(home=homes("sample")))


def test_the_pages_ask_for_reads_that_exist() -> None:
    assert len(READS) >= 18
    names = re.findall(r'\.(?:frame|row|export)\(\s*"(\w+)"', ASKED)
    assert set(names) <= {path.stem for path in warehouse.READS.glob("*.sql")}


@pytest.mark.parametrize("path", READS, ids=lambda path: path.stem)
def test_every_read_ends_in_a_limit_that_a_browser_can_take(path: Path) -> None:
    """# fault 93: whatever a page asks, at most 1,000 rows; a file for download at most 200,000."""
    last = path.read_text(encoding="utf-8").strip().splitlines()[-1].strip()
    found = re.fullmatch(r"LIMIT (?:least\(\$row_limit, (\d+)\)|(\d+))(?: OFFSET \$skip)?", last)
    assert found, f"{path.name} ends in {last!r}"
    limit = int(found[1] or found[2])
    assert limit <= most(path)


def most(path: Path) -> int:
    """How many rows a read may bring, by what it is for."""
    if path.stem.endswith("_export") or path.stem == "outcome_case":  # matched in memory, never shown
        return FILE_LIMIT
    return PLANNER_LIMIT if path.stem.startswith("reallocation_") else 1_000


@pytest.mark.parametrize("path", READS, ids=lambda path: path.stem)
def test_every_read_runs_and_says_its_grain(path: Path, build: Build) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("/* Grain: one row")
    assert len(build.read(path.stem, Filters(), **BOUND)) <= most(path)


@given(value=st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1)))
def test_no_value_of_a_filter_is_read_as_sql(build: Build, value: str) -> None:
    """# fault 86: a hostile value finds what bears that name: nothing, and breaks nothing."""
    for state in (Filters(site_id=(value[:200],)), Filters(owner_team_id=(value[:200],), state="open")):
        assert build.read("exception_total", state)["n"].iloc[0] == 0
    assert build.read("breakdown", Filters(), **{**BOUND, "dimension": value})["key"].isna().all()
    assert len(build.read("exception_row", Filters(), **{**BOUND, "sort": value, "row_limit": 5})) == 5
    assert build.read("exception_total", Filters())["n"].iloc[0] == 3_000


@pytest.mark.parametrize(("text", "found"), [("%", 0), ("_%_", 0), ("E00000", 10), ("PICK VARIANCE", None)])
def test_the_search_box_knows_no_wildcards_and_no_case(build: Build, text: str, found: int | None) -> None:
    """# fault 87: the percent sign is looked for, it does not stand for everything."""
    n = int(build.read("exception_total", Filters(search=text))["n"].iloc[0])
    assert n == found if found is not None else 0 < n < 3_000


def test_the_buckets_hold_every_open_exception_once_and_agree_with_the_filter(build: Build) -> None:
    cells = build.read("aging", Filters(), whose="open")
    assert cells["n"].sum() == build.read("exception_total", Filters(state="open"))["n"].iloc[0]
    for word, n in cells.groupby("bucket")["n"].sum().items():
        assert build.read("exception_total", Filters(aging=(str(word),)))["n"].iloc[0] == n
    assert set(cells["bucket"]) <= set(AGING)


def test_the_weeks_add_up_to_the_backlog(build: Build) -> None:
    """Open at a week's end = open at the end before + new − ended; and the last one is what is open now."""
    weeks = build.read("week_flow", Filters(), until=UNTIL, weeks=20)
    grown = (
        weeks["open_at_end"].shift().iloc[1:] + (weeks["arrived"] + weeks["void"]).iloc[1:] - weeks["ended"].iloc[1:]
    )
    assert list(grown.astype(int)) == list(weeks["open_at_end"].iloc[1:])
    assert weeks["open_at_end"].iloc[-1] == build.read("exception_total", Filters())["open_count"].iloc[0]
    assert len(weeks) == 20


def test_the_period_adds_up_to_the_backlog(build: Build) -> None:
    row = build.read("control_room", Filters(), **BOUND).iloc[0]
    ended = row["resolved_count"] + row["unresolved_count"]
    assert row["open_before"] + row["new_count"] + row["void_count"] - ended == row["open_count"]


@pytest.mark.parametrize("dimension", ["site_id", "type_code", "owner_team_id", "supplier_id", "severity", "channel"])
def test_the_parts_of_a_breakdown_add_up_to_the_whole(build: Build, dimension: str) -> None:
    row = build.read("control_room", Filters(), **BOUND).iloc[0]
    parts = build.read("breakdown", Filters(), **{**BOUND, "dimension": dimension})
    for name in ("open_count", "new_count", "resolved_count", "late_count", "judged_count"):
        assert parts[name].sum() == row[name]
    assert parts["open_value"].sum() == pytest.approx(row["open_value"])


@pytest.mark.parametrize(
    ("name", "column"),
    [("open_exceptions", "open_count"), ("new_exceptions", "new_count"), ("resolved_exceptions", "resolved_count"),
     ("oldest_open_hours", "oldest_hours"), ("value_at_risk", "open_value")],
)  # fmt: skip
def test_the_control_room_and_the_kpi_catalogue_state_the_same_number(build: Build, name: str, column: str) -> None:
    row = build.read("control_room", Filters(), **BOUND).iloc[0]
    with build.cursor() as cursor:
        found = kpi.evaluate(cursor, kpis()[name], kpi.Period(SINCE, UNTIL))
    assert found.value == pytest.approx(row[column])


def test_the_control_room_and_the_kpi_catalogue_state_the_same_breach_rate(build: Build) -> None:
    row = build.read("control_room", Filters(), **BOUND).iloc[0]
    with build.cursor() as cursor:
        found = kpi.evaluate(cursor, kpis()["sla_breach_rate"], kpi.Period(SINCE, UNTIL))
    assert (found.numerator, found.denominator) == (row["late_count"], row["judged_count"])


def test_money_is_counted_once_per_order_line(build: Build) -> None:
    """Two exceptions on one order line put the line at risk once."""
    per_line = build.sql(
        "SELECT sum(v)::DOUBLE AS total FROM (SELECT max(value_at_risk_amount) AS v FROM mart_exception "
        "WHERE is_open GROUP BY order_line_id)"
    )
    assert build.read("exception_total", Filters())["open_value"].iloc[0] == pytest.approx(per_line["total"][0].as_py())
