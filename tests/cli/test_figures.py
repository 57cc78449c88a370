"""Do the verbs that read figures and exceptions speak the agreed JSON, and refuse what is wrong?"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from control_tower import definitions, kpi, warehouse
from control_tower.definitions import kpis
from control_tower.filters import AGING
from control_tower.settings import Settings
from etl.engines.modelling import MODELS
from tests.cli.conftest import run

Asked = Callable[..., Any]
#: figures that the demo cannot give, and what they wait for.
MISSING = {"return_on_cost": "running_cost_per_day_amount"}


@pytest.mark.parametrize("name", sorted(kpis()))
def test_on_the_demo_a_figure_has_a_value_or_says_what_is_missing(name: str, demo_home: Path) -> None:
    build = warehouse.open_current(Settings(home=demo_home))
    with build.cursor() as cursor:
        as_of = cursor.execute("SELECT as_of FROM policy").fetchall()[0][0]
        middle = datetime.combine(as_of.date(), datetime.min.time()) - (as_of - _first_order(cursor)) / 2
        for period in (None, kpi.Period(middle)):
            found = kpi.evaluate(cursor, kpis()[name], period)
            assert (found.value is None) == bool(found.not_available), found
            if found.value is None:
                assert found.not_available
            elif found.value == 0:
                assert found.n > 0 or kpis()[name].aggregate in ("sum", "stock")
    if name in MISSING:
        assert MISSING[name] in (found.not_available or "")


def _first_order(cursor: Any) -> datetime:
    first: datetime = cursor.execute("SELECT min(order_at) FROM core_order").fetchall()[0][0]
    return first


def test_most_figures_have_a_value_on_the_demo(asked: Asked) -> None:
    found = asked("kpi")
    assert [one["name"] for one in found] == sorted(kpis())
    assert sum(one["value"] is not None for one in found) > 0.85 * len(found)


def test_a_figure_has_the_agreed_shape(asked: Asked) -> None:
    found = asked("kpi", "sla_breach_rate", "--by", "severity")
    agreed = {"name", "value", "unit", "numerator", "denominator", "period", "build", "not_available", "by"}
    assert agreed <= set(found)
    assert set(found["period"]) == {"since", "until"}
    assert {"key", "value", "numerator", "denominator"} <= set(found["by"][0])
    assert sum(part["numerator"] for part in found["by"]) == found["numerator"]
    assert found["value"] == pytest.approx(found["numerator"] / found["denominator"])


def test_a_selection_narrows_and_alternatives_widen(asked: Asked) -> None:
    parts = {part["key"]: part["value"] for part in asked("kpi", "inflow", "--by", "severity")["by"]}
    first, second, *_ = parts
    one = asked("kpi", "inflow", "--where", f"severity={first}")
    both = asked("kpi", "inflow", "--where", f"severity={first}", "--where", f"severity={second}")
    assert (one["value"], both["value"]) == (parts[first], parts[first] + parts[second])


def test_the_last_day_of_a_period_is_included(asked: Asked, tower: Any) -> None:
    whole = asked("kpi", "inflow")["value"]
    days = asked("sql", "SELECT min(detected_at)::DATE AS first, max(detected_at)::DATE AS last FROM mart_exception")[0]
    found = asked("kpi", "inflow", "--since", days["first"], "--until", days["last"])
    assert found["value"] == whole
    assert found["period"]["since"].startswith(days["first"])


def test_the_rows_behind_a_figure_add_up(asked: Asked) -> None:
    found = asked("kpi", "expedited_freight_cost", "--rows", "--limit", "1000")
    assert sum(row["value"] or 0 for row in found["rows"]) == pytest.approx(found["value"])


def test_the_reasons_of_a_change_add_up(asked: Asked) -> None:
    middle = asked("sql", "SELECT (as_of - INTERVAL 20 DAY)::DATE AS since FROM policy")[0]["since"]
    found = asked("kpi", "outflow", "--since", middle, "--by", "severity", "--why")["why"]
    assert sum(part["total"] for part in found["parts"]) == pytest.approx(found["difference"])
    assert found["difference"] == pytest.approx(found["after"] - found["before"])


def test_a_median_does_not_pretend_to_split(asked: Asked) -> None:
    middle = asked("sql", "SELECT (as_of - INTERVAL 20 DAY)::DATE AS since FROM policy")[0]["since"]
    found = asked("kpi", "median_order_cycle_time", "--since", middle, "--by", "channel", "--why")
    why = found["why"]
    assert why["adds_up"] is False
    assert why["difference"] == pytest.approx(why["after"] - why["before"])
    assert why["after"] == pytest.approx(found["value"])
    parts = [part for part in why["parts"] if part["difference"] is not None]
    assert len(parts) > 1
    assert all(part["difference"] == pytest.approx(part["after"] - part["before"]) for part in parts)


def test_nothing_was_restated_against_the_same_build(asked: Asked) -> None:
    middle = asked("sql", "SELECT (as_of - INTERVAL 20 DAY)::DATE AS since FROM policy")[0]["since"]
    found = asked("kpi", "inflow", "--since", middle, "--by", "severity", "--why", "--against", _current(asked))
    assert (found["restated"]["late_data"], found["restated"]["definition"]) == (0, 0)
    assert found["restated"]["changed"] == found["restated"]["mapped"] == []
    assert found["since_reported"]["difference"] == found["why"]["difference"]
    assert found["restated"]["restated"] == found["why"]["before"]


def test_a_build_keeps_the_definitions_it_was_made_with(asked: Asked) -> None:
    kept = asked("sql", "SELECT kind, name, definition FROM build_definition")
    texts = {(row["kind"], row["name"]): row["definition"] for row in kept}
    folders = {"kpi": definitions.KPIS, "model": MODELS, "exception_type": definitions.EXCEPTION_TYPES}
    files = {(kind, path.stem): path.read_text() for kind, folder in folders.items() for path in folder.glob("*.sql")}
    assert texts == files


def test_two_periods_of_ones_own_choice_are_compared(asked: Asked) -> None:
    at = asked(
        "sql",
        "SELECT as_of::DATE AS today, (as_of - INTERVAL 9 DAY)::DATE AS late, (as_of - INTERVAL 25 DAY)::DATE AS early FROM policy",
    )[0]
    one = ("--since", at["early"], "--until", at["late"])
    versus = ("--before-since", at["early"], "--before-until", at["late"])
    found = asked("kpi", "outflow", "--since", at["late"], "--until", at["today"], "--by", "severity", "--why", *versus)
    assert found["why"]["before"] == asked("kpi", "outflow", *one)["value"]
    assert found["why"]["after"] == found["value"]
    assert sum(part["total"] for part in found["why"]["parts"]) == pytest.approx(found["why"]["difference"])


def test_the_cycle_time_counts_open_ones(asked: Asked) -> None:
    found = asked("cycle-time", "--by", "severity")
    agreed = {"n", "open", "median_hours", "p75_hours", "p90_hours", "interval_95", "closed_only_median_hours", "by"}
    assert agreed <= set(found)
    assert found["open"] > 0
    assert sum(part["n"] for part in found["by"]) == found["n"]


def test_the_buckets_of_the_aging_hold_every_open_exception(asked: Asked) -> None:
    found = asked("aging", "--by", "severity")
    assert [bucket["bucket"] for bucket in found["buckets"]][: len(AGING)] == list(AGING)
    assert sum(bucket["n"] for bucket in found["buckets"]) == found["value"]
    assert sum(bucket["n"] for part in found["by"] for bucket in part["buckets"]) == found["value"]
    assert found["value"] == asked("kpi", "open_exceptions")["value"]
    assert sum(bucket["value"] or 0 for bucket in found["buckets"]) > 0


def test_cases_and_one_case_tell_the_same(asked: Asked) -> None:
    found = asked("cases", "--where", "state=open", "--limit", "5")
    assert found["total"] == asked("kpi", "open_exceptions")["value"]
    assert len(found["cases"]) == min(5, found["total"])
    for row in found["cases"]:
        one = asked("case", row["exception_id"])
        assert one["exception"]["exception_id"] == row["exception_id"]
        assert one["exception"]["status"] == row["status"]
        assert set(one) == {"build", "exception", "history", "events", "order_lines", "siblings", "triage"}


def test_a_case_holds_history_events_lines_and_siblings(asked: Asked) -> None:
    query = (
        "SELECT exception_id, order_line_id FROM mart_exception WHERE order_line_id IS NOT NULL "
        "AND exception_id IN (SELECT object_id FROM core_event_object) ORDER BY 1 LIMIT 1"
    )
    wanted = asked("sql", query)[0]
    one = asked("case", wanted["exception_id"])
    assert [line["order_line_id"] for line in one["order_lines"]] == [wanted["order_line_id"]]
    assert one["events"] == sorted(one["events"], key=lambda event: event["timestamp"])
    assert one["events"] and one["history"]
    assert all(other["exception_id"] != wanted["exception_id"] for other in one["siblings"])


def test_an_exception_of_a_line_belongs_to_its_order(asked: Asked) -> None:
    (found,) = asked(
        "sql",
        "SELECT count(*) AS n, count(*) FILTER (WHERE raised.order_id = line.order_id) AS right_ones FROM mart_exception "
        "AS raised JOIN core_order_line AS line USING (order_line_id)",
    )
    assert found["n"] == found["right_ones"] > 0


def test_only_a_resolution_keeps_the_sla(asked: Asked) -> None:
    """K12: what was closed or cancelled without a resolution before its due time is late once that time has come."""
    (found,) = asked(
        "sql",
        "SELECT count(*) AS n, count(*) FILTER (WHERE sla_breached) AS late FROM mart_exception "
        "WHERE resolved_at IS NULL AND ended_at < sla_due_at AND sla_due_at < as_of",
    )
    assert found["n"] == found["late"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["kpi", "no_such_figure"], 2, "no figure"),
        (["kpi", "inflow", "--by", "colour"], 2, "no dimension"),
        (["kpi", "inflow", "--where", "severity"], 2, "DIMENSION=VALUE"),
        (["kpi", "inflow", "--where", "colour=red"], 2, "no dimension"),
        (["kpi", "--rows"], 2, "name it"),
        (["kpi", "inflow", "--why"], 2, "--by"),
        (["kpi", "inflow", "--since", "2026-02-01", "--until", "2026-01-01"], 2, "swap"),
        (["cycle-time", "--by", "colour"], 2, "no dimension"),
        (["aging", "--where", "severity"], 2, "DIMENSION=VALUE"),
        (["cases", "--where", "state=odd"], 2, "unknown"),
        (["case", "nobody"], 1, "no exception"),
    ],
)
def test_what_is_refused_says_so_on_standard_error(words: list[str], code: int, says: str, tower: Any) -> None:
    ran = tower(*words, "--json")
    assert (ran.returncode, ran.stdout) == (code, "")
    assert says in ran.stderr.replace("\n", " ").replace("│ │", "").replace("  ", " ")


@pytest.mark.parametrize("verb", [["kpi", "inflow", "--by", "severity"], ["cycle-time"], ["aging"], ["cases"]])
def test_without_json_people_get_words(verb: list[str], tower: Any) -> None:
    ran = tower(*verb)
    assert ran.returncode == 0
    assert ran.stdout.strip()
    with pytest.raises(json.JSONDecodeError):
        json.loads(ran.stdout)


def test_without_a_build_a_read_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    ran = run(tmp_path / "empty", "kpi", "--json")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "tower demo" in ran.stderr


def _current(asked: Asked) -> str:
    return str(asked("kpi", "inflow")["build"])
