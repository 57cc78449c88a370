"""Do the pages answer, on every kind of build, and do their parts act on the one filter state?"""

from datetime import datetime

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from control_tower import warehouse
from control_tower.errors import ControlTowerError
from dashboard import data
from tests.dashboard import sample_build
from tests.dashboard.conftest import APP, Run, words

PAGES = {
    "control_room": "Is the flow of exceptions under control?",
    "exceptions": "What is ageing, and who owns it?",
    "data_health": "Can these numbers be trusted?",
    "executive_overview": "Is flow quality getting better, and what is at risk?",
    "aging": "What has waited too long, and when is it cleared?",
    "cycle_times": "How long until an exception is fixed?",
    "root_causes": "What causes exceptions, beyond size and chance?",
    "integration_health": "Do messages get through between the systems?",
    "kpi_catalogue": "What does each number mean, and what is it now?",
    "conformance": "Do cases go as intended, and what does leaving the way cost?",
    "hand_overs": "Who hands work to whom, and where does it wait or come back?",
    "compare": "What goes differently here than there, or now than before?",
    "objects": "How do orders, shipments and exceptions meet in the same events?",
    "variants": "Which ways do cases take, and how common, fast and good is each?",
    "bottlenecks": "Where do cases wait longest, and what is behind it?",
    "process_map": "How did the cases really flow, and where do they wait?",
    "work_queue": "What shall be done first, and whose is it?",
    "case": "What happened, and what shall be done?",
    "reallocation_workbench": "How should this shortage be dealt out?",
    "approvals": "What waits for my decision?",
}


def _page(name: str) -> str:
    return "" if name == "control_room" else name


@pytest.mark.parametrize("kind", ["sample", "all_closed", "no_sla", "empty"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_answers_its_question_on_every_kind_of_build(run: Run, name: str, kind: str) -> None:
    app = run(kind, _page(name))
    assert not app.exception
    assert app.title[0].value == PAGES[name]
    said = words(app)
    assert f"build-{kind}" in said
    assert "15 Mar 2026 18:30 UTC" in said
    assert "AGPL-3.0-or-later" in said


@pytest.mark.parametrize("name", PAGES)
def test_the_data_quality_score_stands_on_every_page(run: Run, name: str) -> None:
    """ING-10: 48 of 64,060 rows read were refused."""
    assert "data quality **99.93 %**" in words(run("sample", _page(name)))


def test_without_a_build_the_page_says_which_command_to_run(run: Run) -> None:
    app = run("none")
    assert not app.exception
    assert app.title[0].value == "Nothing is loaded yet"
    assert "tower demo" in app.code[0].value


def test_the_answer_and_the_tiles_state_the_figures_of_the_period(run: Run, homes) -> None:
    app = run("sample")
    open_count = _sql(homes("sample"), "SELECT count(*) FILTER (WHERE is_open) FROM mart_exception")
    late = _sql(homes("sample"), "SELECT count(*) FILTER (WHERE is_open AND sla_breached) FROM mart_exception")
    tiles = {tile.label: tile for tile in app.metric}
    assert list(tiles) == ["Open", "New", "Resolved", "Past SLA", "Oldest open"]
    assert tiles["Open"].value == str(open_count)
    assert f"{open_count} open, {late} of them past SLA" in words(app)


def test_a_change_says_better_or_worse_in_words(run: Run) -> None:
    tiles = run("sample").metric
    assert all(tile.delta.endswith(("better", "worse")) or tile.delta in ("", "0") for tile in tiles)
    assert any(tile.delta.endswith(("better", "worse")) for tile in tiles)


def test_an_unknown_sla_is_not_available_and_never_zero(run: Run) -> None:
    app = run("no_sla")
    late = next(tile for tile in app.metric if tile.label == "Past SLA")
    assert late.value == "–"
    assert "Not available: no source states a due time or an SLA flag." in words(app)
    assert "past SLA" not in words(run("no_sla", "exceptions")).split("Facts as of")[0]


def test_a_log_with_nothing_open_still_answers(run: Run) -> None:
    control_room, exceptions = run("all_closed"), run("all_closed", "exceptions")
    assert "Nothing is open." in words(control_room)
    assert "by the source's flag" in words(control_room)
    assert "none open; half of the 3,000 resolved took under" in words(exceptions)
    assert "Value at risk: not available because" in words(exceptions)


def test_a_period_with_few_due_exceptions_says_too_few(run: Run) -> None:
    app = run("sample", since="2026-03-15", until="2026-03-15", site="acme:DC6")
    late = next(tile for tile in app.metric if tile.label == "Past SLA")
    assert late.value == "too few"


def test_an_empty_result_names_each_filter_and_what_it_hides(run: Run) -> None:
    app = run("sample", "exceptions", site="acme:DC1", q="no such text")
    labels = [button.label.replace("\\", "") for button in app.button]
    assert "Remove site: 0 exceptions" in labels
    assert any(label.startswith("Remove search: ") and not label.endswith(": 0 exceptions") for label in labels)
    next(button for button in app.button if button.label.startswith("Remove search")).click().run()
    assert not app.exception
    assert "q" not in app.query_params
    assert app.query_params["site"] == "acme:DC1"


def test_a_chip_removes_its_part_of_the_state_and_nothing_else(run: Run) -> None:
    app = run("sample", "exceptions", severity=["critical", "standard"], state="open")
    chip = next(button for button in app.button if button.label == "Severity\\: critical")
    chip.click().run()
    assert app.query_params["severity"] == "standard"
    assert app.query_params["state"] == "open"


def test_the_filters_survive_a_change_of_page(run: Run) -> None:
    app = run("sample", severity="critical", since="2026-01-01", until="2026-02-01")
    app.switch_page("app_pages/exceptions.py")
    app.query_params.clear()
    app.run()
    assert app.query_params["severity"] == "critical"
    assert app.query_params["since"] == "2026-01-01"


def test_removing_the_last_filter_is_not_undone_by_the_state_of_before(run: Run) -> None:
    app = run("sample", "exceptions", severity="critical")
    next(button for button in app.button if button.label == "Clear all").click().run()
    app.run()
    assert "severity" not in app.query_params


def test_a_part_of_a_link_that_makes_no_sense_is_named_and_ignored(run: Run) -> None:
    app = run("sample", "exceptions", state="'; DROP TABLE mart_exception; --", severity="critical")
    assert not app.exception
    assert "The link's 'state' was ignored" in words(app)
    assert app.query_params["severity"] == "critical"


def test_the_table_is_paged_in_the_database_fifty_rows_at_a_time(run: Run) -> None:
    app = run("sample", "exceptions")
    first = app.dataframe[0].value
    assert len(first) == 50
    next(button for button in app.button if button.label == "Next").click().run()
    second = app.dataframe[0].value
    assert len(second) == 50
    assert not set(first["id"]) & set(second["id"])


def test_open_exceptions_with_the_most_at_risk_come_first(run: Run) -> None:
    values = list(run("sample", "exceptions", state="open").dataframe[0].value["value"].dropna())
    assert values == sorted(values, reverse=True)


def test_a_note_is_shown_as_text_only(run: Run) -> None:
    """# fault 89: neither HTML nor markdown of a note is read; the browser test sees that nothing is fetched."""
    app = run("sample", "exceptions", exception="acme:E000007")
    assert sample_build.HOSTILE_NOTE in [text.value for text in app.text]
    assert not any("onerror" in item.value for item in (*app.markdown, *app.caption))


def test_an_exception_that_the_build_does_not_hold_is_said(run: Run) -> None:
    app = run("sample", "exceptions", exception="acme:nowhere")
    assert "Not in this build" in words(app)


def test_the_health_page_shows_what_waits_for_a_person(run: Run) -> None:
    app = run("sample", "data_health")
    said = words(app)
    assert "48 rows wait in quarantine; 1 audit is not green; 1 local code is not mapped" in said
    tiles = {tile.label: tile.value for tile in app.metric}
    assert tiles["Files that add up"] == "3 of 3"
    columns = [set(frame.value.columns) for frame in app.dataframe]
    assert any({"row_key", "kept_file"} <= found for found in columns)
    assert any({"suspicious_id", "why"} <= found for found in columns)


def test_a_query_that_runs_too_long_is_answered_in_words(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """# fault 94: the watchdog stops a read; the page says so and what to do, without a traceback."""
    home = sample_build.write_home(tmp_path, rows=150_000, build_id="build-slow")
    monkeypatch.setenv("TOWER_HOME", str(home))
    monkeypatch.setenv("TOWER_QUERY_SECONDS", "0.01")
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert "This could not be answered." in words(app)
    assert "narrow the filters or the period" in words(app)


def test_a_new_build_published_meanwhile_is_seen_by_the_next_run_only(run: Run, tmp_path, monkeypatch) -> None:
    """# fault 57: one run shows one build, by id; the next one shows the new build, from no stale cache."""
    home = sample_build.write_home(tmp_path, rows=400, build_id="build-1")
    monkeypatch.setenv("TOWER_HOME", str(home))
    reader = data.Reader(str(home), "build-1")
    before = reader.row("exception_total")["n"]
    sample_build.write_home(home, rows=800, build_id="build-2")
    assert reader.row("exception_total")["n"] == before == 400
    assert reader.row("header")["build_id"] == "build-1"
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert "build-2" in words(app)


def test_the_default_period_grows_until_it_holds_enough_rows(run: Run, tmp_path, monkeypatch) -> None:
    home = sample_build.write_home(tmp_path, rows=40, build_id="build-few")
    monkeypatch.setenv("TOWER_HOME", str(home))
    reader = data.Reader(str(home), "build-few")
    recent = reader.recent(reader.header())
    assert recent.default_first < datetime(2026, 2, 16).date()


def test_a_build_of_another_version_is_said_and_not_a_blank_page(tmp_path, monkeypatch) -> None:
    home = sample_build.write_home(tmp_path, rows=50, build_id="build-old")
    with duckdb.connect(str(home / "builds" / "build-old" / "warehouse.duckdb")) as older:
        older.execute("ALTER TABLE mart_exception DROP COLUMN sla_basis")
    monkeypatch.setenv("TOWER_HOME", str(home))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert "another version of the product made it" in words(app)


def _sql(home, query: str) -> int:
    from control_tower.settings import Settings

    table = warehouse.open_current(Settings(home=home)).sql(query)
    return int(table.column(0)[0].as_py())


def test_a_damaged_build_is_said_and_nothing_is_shown(tmp_path, monkeypatch) -> None:
    home = sample_build.write_home(tmp_path, rows=10, build_id="build-bad")
    (home / "builds" / "build-bad" / "warehouse.duckdb").write_bytes(b"not a database")
    monkeypatch.setenv("TOWER_HOME", str(home))
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert not app.exception
    assert "damaged" in words(app)
    assert app.title[0].value == "The published build cannot be read"
    assert not app.metric
    with pytest.raises(ControlTowerError):
        data.Reader(str(home), "build-bad").row("header")
