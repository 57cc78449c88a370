"""Does the tower give the known answers of a real ServiceNow log, from the file to the marts (ING-01, ING-04)?"""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from tests.acceptance.loaded import Loaded, assert_every_row_is_accounted_for, tower_load

HOURS_TO_RESOLVE = "(epoch(resolved_at) - epoch(detected_at)) / 3600"


@pytest.fixture(scope="module")
def log(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return tower_load("servicenow", shared_data / "servicenow_incidents", tmp_path_factory.mktemp("servicenow"))


def test_every_row_of_the_log_is_an_event(log: Loaded) -> None:
    assert_every_row_is_accounted_for(log)
    assert log.one("SELECT count(*) FROM core_event") == 141_712
    assert log.one("SELECT count(DISTINCT event_id) FROM core_event") == 141_712
    assert log.one("SELECT count(DISTINCT regexp_replace(event_id, ':[^:]*$', '')) FROM core_event") == 141_707
    assert log.one("SELECT count(DISTINCT event_no) FROM core_event") == 141_712
    assert log.one("SELECT count(*) FROM mart_event_step WHERE view = 'exception'") == 141_712


def test_events_that_change_the_state_are_the_history_of_the_incident(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_exception_state") == 88_953
    assert log.one("SELECT count(DISTINCT exception_id) FROM core_exception_state") == 24_918


def test_all_incidents_are_closed_at_the_end(log: Loaded) -> None:
    assert log.rows("SELECT status, count(*) FROM core_exception GROUP BY status") == [("closed", 24_918)]
    assert log.one("SELECT count(*) FROM core_object WHERE object_type = 'exception'") == 24_918
    assert log.row("SELECT min(detected_at), max(detected_at) FROM core_exception") == (
        datetime(2016, 2, 29, 1, 16),
        datetime(2017, 2, 16, 14, 17),
    )
    assert log.one("SELECT as_of FROM source_clock") == datetime(2017, 2, 18, 15, 0)


def test_incidents_closed_without_a_fix_are_neither_open_nor_resolved(log: Loaded) -> None:
    """Ruling 5: 1,556 incidents were closed and never resolved."""
    unresolved = "FROM mart_exception WHERE resolved_at IS NULL"
    assert log.row(f"SELECT count(*), count(closed_at), count(*) FILTER (WHERE is_open) {unresolved}") == (
        1_556,
        1_556,
        0,
    )
    assert log.one(f"SELECT count(resolution_hours) {unresolved}") == 0


def test_no_incident_ends_before_it_begins(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_exception WHERE resolved_at < detected_at") == 0
    assert log.one("SELECT count(*) FROM core_exception WHERE closed_at < resolved_at") == 0
    assert log.one("SELECT count(*) FROM mart_exception WHERE is_time_suspect") == 0


@pytest.mark.parametrize(
    "hours", [f"SELECT {HOURS_TO_RESOLVE} AS h FROM core_exception", "SELECT resolution_hours AS h FROM mart_exception"]
)
def test_hours_to_resolve_are_the_known_ones(log: Loaded, hours: str) -> None:
    median, mean, p95 = log.row(f"SELECT median(h), avg(h), quantile_cont(h, 0.95) FROM ({hours})")
    assert (round(median, 1), round(mean, 2), round(p95, 1)) == (22.1, 178.17, 710.5)


def test_hours_to_close_are_the_known_ones(log: Loaded) -> None:
    median = log.one("SELECT median((epoch(closed_at) - epoch(detected_at)) / 3600) FROM core_exception")
    assert round(median, 1) == 145.9


def test_a_broken_promise_is_known_without_a_due_time(log: Loaded) -> None:
    """Ruling 6: the log only says whether the SLA was kept."""
    counts = "count(*) FILTER (WHERE sla_breached), count(sla_due_at)"
    assert log.row(f"SELECT {counts} FROM core_exception") == (9_115, 0)
    assert log.row(f"SELECT {counts} FROM mart_exception") == (9_115, 0)
    assert log.rows("SELECT DISTINCT sla_basis FROM mart_exception") == [("source_flag",)]


def test_reopened_and_reassigned_incidents_are_counted(log: Loaded) -> None:
    assert log.row(
        "SELECT count(*) FILTER (WHERE reopen_count > 0), count(reopened_at), count(*) FILTER (WHERE reassignment_count > 0) "
        "FROM core_exception"
    ) == (275, 275, 11_369)


def test_the_last_location_is_the_site_of_an_incident(log: Loaded) -> None:
    top = log.rows("SELECT site_id, count(*) AS n FROM core_exception GROUP BY site_id ORDER BY n DESC LIMIT 5")
    assert top == [
        ("servicenow:Location 204", 5_554),
        ("servicenow:Location 161", 4_002),
        ("servicenow:Location 143", 3_276),
        ("servicenow:Location 108", 2_140),
        ("servicenow:Location 93", 1_934),
    ]
    assert round(100 * sum(n for _, n in top) / 24_918, 1) == 67.8


def test_how_incidents_ended_is_kept(log: Loaded) -> None:
    top = "SELECT resolution_code, count(*) AS n FROM core_exception GROUP BY resolution_code ORDER BY n DESC LIMIT 3"
    assert log.rows(top) == [("code 6", 14_882), ("code 7", 4_412), ("code 9", 2_489)]


def test_a_question_mark_is_no_value(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_object_attribute WHERE value = '?'") == 0
    for relation, column in (
        ("core_site", "name"),
        ("core_team", "name"),
        ("core_user", "name"),
        ("core_exception", "local_code"),
    ):
        assert log.one(f"SELECT count(*) FROM {relation} WHERE {column} = '?'") == 0


def test_a_state_without_a_word_is_mapped_and_keeps_its_number(log: Loaded) -> None:
    """ING-06: five events carry the raw state -100."""
    assert log.one("SELECT count(*) FROM core_event WHERE activity = '-100'") == 5
    assert log.rows("SELECT DISTINCT status FROM core_exception_state WHERE local_status = '-100'") == [
        ("in_progress",)
    ]
    assert log.one("SELECT count(*) FROM unmapped_code") == 0


def test_a_strange_value_in_a_column_stays_what_it_is(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_object_attribute WHERE attribute = 'vendor' AND value = 'code 8s'") > 0


def test_incidents_that_change_location_keep_their_history(log: Loaded) -> None:
    moved = (
        "SELECT o.object_id FROM core_event AS e JOIN core_event_object AS o ON o.event_id = e.event_id "
        "WHERE o.object_type = 'exception' GROUP BY o.object_id HAVING count(DISTINCT coalesce(e.site_id, 'none')) > 1"
    )
    assert log.one(f"SELECT count(*) FROM ({moved})") == 108


def test_every_category_is_an_incident_of_a_service_not_of_an_order(log: Loaded) -> None:
    assert log.rows("SELECT DISTINCT type_code, category FROM mart_exception") == [("it_incident", "service")]
    assert sum(log.report["detected"].values()) == 0


def test_every_incident_leads_back_to_its_line(log: Loaded) -> None:
    """ING-11: the first incident's last row stands in line 5 of the file (4 rows behind the header)."""
    file_no, file_line = log.row(
        "SELECT file_no, file_line FROM core_exception WHERE exception_id = 'servicenow:INC0000045'"
    )
    assert (file_line, log.one(f"SELECT file FROM load_ledger WHERE file_no = {file_no}")) == (
        5,
        "incident_event_log.zip",
    )


def test_loading_the_same_file_again_changes_nothing(log: Loaded, shared_data: Path) -> None:
    """ING-08. # fault 21"""
    before = (log.home / "builds" / "CURRENT").read_text()
    again = tower_load("servicenow", shared_data / "servicenow_incidents", log.home)
    assert not again.report["published"]
    assert (log.home / "builds" / "CURRENT").read_text() == before


def test_rows_that_come_again_in_another_file_are_the_same_events(shared_data: Path, tmp_path: Path) -> None:
    """An event is its content: two overlapping extracts give the tables of one. # fault 22"""
    with zipfile.ZipFile(shared_data / "servicenow_incidents" / "incident_event_log.zip") as archive:
        header, *lines = archive.read("incident_event_log.csv").splitlines(keepends=True)[:4_001]
    extracts = {"whole": [lines], "overlapping": [lines[2_000:], lines[:2_500]]}
    found = {}
    for name, parts in extracts.items():
        (tmp_path / name).mkdir()
        for number, part in enumerate(parts):
            (tmp_path / name / f"incident_event_log_{number}.csv").write_bytes(header + b"".join(part))
        loaded = tower_load("servicenow", tmp_path / name, tmp_path / f"home_{name}")
        found[name] = [
            loaded.rows(
                "SELECT event_id, event_no, activity, timestamp, business_event FROM core_event ORDER BY event_no"
            ),
            loaded.rows(
                "SELECT exception_id, status, detected_at, resolved_at, closed_at FROM core_exception ORDER BY 1"
            ),
            loaded.rows("SELECT exception_id, sequence_no, status, changed_at FROM core_exception_state ORDER BY 1, 2"),
        ]
        assert sum(file["duplicate"] for file in loaded.report["files"]) == (500 if name == "overlapping" else 0)
    assert len(found["whole"][0]) == 4_000
    assert found["overlapping"] == found["whole"]
