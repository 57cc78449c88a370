"""Does what comes twice, late or out of order end as if it had come once and in order? Several loads into one home."""

import itertools
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.etl.desk_source import HEADER, TICKET_SQL, SmallSource, lines, row

LOADS = 4
"""Full loads per generated test."""


@pytest.fixture
def desk(tmp_path: Path) -> SmallSource:
    return SmallSource(tmp_path, table={"key": ["no"]})


def test_the_same_file_again_is_a_no_op_and_the_same_rows_under_another_name_are_all_known(desk: SmallSource) -> None:
    # fault 21 # fault 22
    desk.deliver("a.csv", lines(row("T1"), row("T2")))
    desk.load()
    build, before = desk.build, desk.hashes()
    desk.deliver("copy of a.csv", lines(row("T1"), row("T2")))
    assert not desk.load().published
    assert desk.build == build
    desk.deliver("b.csv", lines(row("T2"), row("T1")))
    assert desk.load().published
    assert desk.ledger() == [(2, 2, 0, 0, 0), (2, 0, 0, 2, 0)]
    after = desk.hashes()
    assert {name: after[name] for name in after if name.startswith(("core_", "mart_"))} == {
        name: before[name] for name in before if name.startswith(("core_", "mart_"))
    }


def test_a_key_that_goes_from_a_to_b_and_back_to_a_ends_as_a(desk: SmallSource) -> None:
    # fault 23
    for name, note in (("1.csv", "A"), ("2.csv", "B"), ("3.csv", "A")):
        desk.deliver(name, lines(row("T1", note=note), row(name)))
        desk.load()
    assert desk.sql_rows("SELECT note FROM core_exception WHERE exception_id = 'acme:T1'") == [("A",)]
    [(old, file_no)] = desk.sql_rows("SELECT json_extract_string(old_row, '$.note'), file_no FROM load_conflict")
    assert (old, file_no) == ("B", 2)
    assert [r[3:] for r in desk.ledger()] == [(0, 0), (0, 1), (1, 0)]
    desk.check_invariants()


versions = st.lists(st.tuples(st.sampled_from("KLM"), st.integers(0, 5)), min_size=1, max_size=12)


@settings(max_examples=LOADS)
@given(versions, st.randoms(use_true_random=False))
def test_the_newest_version_wins_whatever_the_order_of_arrival(
    tmp_path_factory: pytest.TempPathFactory, given: list[tuple[str, int]], chance: random.Random
) -> None:
    # fault 23
    desk = SmallSource(tmp_path_factory.mktemp("versions"), table={"key": ["no"], "version": "times"})
    chance.shuffle(given)
    files = [given[i::3] for i in range(3)]
    for number, content in enumerate(files):
        desk.deliver(
            f"{number}.csv", lines(row(f"own{number}"), *(row(k, times=v, note=f"{k}{v}") for k, v in content))
        )
    desk.load()
    newest = {key: max(v for k, v in given if k == key) for key, _ in given}
    kept = dict(desk.sql_rows("SELECT exception_id, note FROM core_exception WHERE note <> ''"))
    assert kept == {f"acme:{key}": f"{key}{v}" for key, v in newest.items()}
    old = desk.sql_rows("SELECT DISTINCT json_extract_string(old_row, '$.note') FROM load_conflict")
    assert {r[0] for r in old} == {f"{k}{v}" for k, v in given if v < newest[k]}
    desk.check_invariants()


EVENT_SQL = {
    "event": "SELECT no AS event_id, times AS event_no, state AS activity, opened AS timestamp, file_no, file_line "
    "FROM raw_{name}__ticket",
    "event_object": "SELECT no AS event_id, kind AS object_id, 'order' AS object_type, 'order' AS qualifier, "
    "file_no, file_line FROM raw_{name}__ticket",
    "object": "SELECT DISTINCT ON (kind) kind AS object_id, 'order' AS object_type, file_no, file_line "
    "FROM raw_{name}__ticket ORDER BY kind, file_no, file_line",
}


def test_events_give_the_same_traces_in_any_order_of_rows_and_files(tmp_path: Path) -> None:
    # fault 20
    # The marts hold no lineage but event_row (a row number of core_event): all other columns must be equal.
    chance, seen = random.Random(20), []
    rows = [
        row(f"E{i}", kind=f"C{i % 3}", state=f"step {i % 5}", times=i, opened=f"2026-01-05 {8 + i // 6:02}:00")
        for i in range(30)
    ]
    for turn in range(4):
        desk = SmallSource(tmp_path / str(turn), sql=EVENT_SQL)
        chance.shuffle(rows)
        cut = chance.randrange(1, 29)
        for name, part in (("a.csv", rows[:cut]), ("b.csv", rows[cut:])):
            desk.deliver(name, lines(*part))
            if turn % 2:
                desk.load()
        desk.load()
        hashes = desk.hashes()
        steps = desk.sql_rows("SELECT * EXCLUDE (event_row) FROM mart_event_step ORDER BY ALL")
        seen.append((steps, *(hashes[name] for name in ("mart_case", "mart_variant", "mart_activity"))))
    assert len(seen[0][0]) == 30
    assert all(one == seen[0] for one in seen)


def test_an_event_an_exception_and_a_line_wait_for_what_they_refer_to_and_are_attached_when_it_comes(
    tmp_path: Path,
) -> None:
    # fault 32
    one = {"reader": "delimited", "columns": {"id": "text required", "ref": "text optional"}}
    names = ("event", "link", "case", "ticket", "line", "order")
    desk = SmallSource(tmp_path, tables={n: {**one, "files": [f"{n}*.csv"]} for n in names})
    tail = "file_no, file_line FROM raw_{name}__"
    at = "TIMESTAMP '2026-01-05 08:00:00'"
    desk.sql = {
        "event": f"SELECT id AS event_id, 1 AS event_no, 'Create' AS activity, {at} AS timestamp, {tail}event",
        "event_object": f"SELECT id AS event_id, ref AS object_id, 'order' AS object_type, 'order' AS qualifier, {tail}link",
        "object": f"SELECT id AS object_id, 'order' AS object_type, {tail}case",
        "exception": f"SELECT id AS exception_id, ref AS order_id, 'SHORT' AS local_code, 'new' AS status, "
        f"{at} AS detected_at, {tail}ticket",
        "order_line": f"SELECT id AS order_line_id, ref AS order_id, {tail}line",
        "order": f"SELECT id AS order_id, {at} AS order_at, {tail}order",
    }
    for name, content in (("event", "E1,"), ("link", "E1,O1\nE2,O1"), ("ticket", "X1,O1"), ("line", "L1,O1")):
        desk.deliver(f"{name}1.csv", f"id,ref\n{content}\n")
    desk.deliver("case1.csv", "id,ref\n")
    desk.deliver("order1.csv", "id,ref\n")
    desk.load()
    parked = set(desk.sql_rows("SELECT relation, missing_relation, missing_id FROM parked_row"))
    assert parked == {
        ("core_event_object", "core_event", "acme:E2"), ("core_event_object", "core_object", "acme:O1"),
        ("core_exception", "core_order", "acme:O1"), ("core_order_line", "core_order", "acme:O1"),
    }  # fmt: skip
    assert desk.sql_rows("SELECT count(*) FROM core_exception") == [(1,)]
    desk.deliver("case2.csv", "id,ref\nO1,\n")
    desk.deliver("order2.csv", "id,ref\nO1,\n")
    desk.deliver("event2.csv", "id,ref\nE2,\n")
    desk.load()
    assert desk.sql_rows("SELECT * FROM parked_row") == []
    assert desk.sql_rows("SELECT order_at IS NOT NULL FROM mart_order_line") == [(True,)]
    assert desk.sql_rows("SELECT step_count FROM mart_case WHERE view = 'order'") == [(2,)]


def test_a_repaired_file_brings_just_the_repaired_rows(desk: SmallSource) -> None:
    # fault 22 # fault 23
    good = [row(f"T{i}") for i in range(5)]
    bad = [row("R1", qty="x"), row("R2", opened="never")]
    desk.deliver("daily.csv", lines(*good[:3], *bad, *good[3:]))
    desk.load()
    assert [(r[0], r[2], r[4], r[5].decode()) for r in desk.refused()] == [
        (5, "qty", "x", bad[0]),
        (6, "opened", "never", bad[1]),
    ]
    desk.deliver("daily.csv", lines(*good[:3], row("R1"), bad[1], *good[3:]))
    desk.load()
    assert desk.ledger() == [(7, 5, 2, 0, 0), (7, 1, 1, 5, 0)]
    state = desk.sql_rows("SELECT file_no, value, is_repaired FROM quarantine ORDER BY ALL")
    assert state == [(1, "never", False), (1, "x", True), (2, "never", False)]
    desk.deliver("daily.csv", lines(*good[:3], row("R1"), row("R2"), *good[3:]))
    desk.load()
    assert desk.ids() == sorted(["R1", "R2", *(f"T{i}" for i in range(5))])
    state = desk.sql_rows("SELECT is_repaired FROM quarantine WHERE value = 'never' ORDER BY file_no")
    assert state[-1] == (True,)


def test_an_ended_before_opened_or_future_row_is_kept_flagged_counted_and_out_of_durations(desk: SmallSource) -> None:
    # fault 19
    odd = row("T2", state="done", opened="2026-01-05 08:00", closed="2026-01-04 08:00")
    ahead = row("T3", opened="2099-01-01 00:00")
    whole = row("T1", state="done", closed="2026-01-05 10:00")
    desk.deliver("a.csv", lines(whole, odd, ahead))
    report = desk.load()
    assert desk.ids() == ["T1", "T2", "T3"]
    found = desk.sql_rows(
        "SELECT is_time_suspect, resolution_hours, age_hours FROM mart_exception ORDER BY exception_id"
    )
    assert found == [(False, 2.0, None), (True, None, None), (True, None, None)]
    assert desk.sql_rows("SELECT CAST(as_of AS VARCHAR) FROM source_clock") == [("2026-01-05 10:00:00",)]
    assert desk.sql_rows("SELECT broken_rows >= 2 FROM audit_result WHERE audit_name = 'clock_skew'") == [(True,)]
    assert any("clock" in title for title in report.broken_audits)


def test_as_of_sets_the_clock_and_stays_until_another_is_given(desk: SmallSource) -> None:
    # fault 19
    desk.deliver("a.csv", lines(row("T1", opened="2026-01-05 08:00")))
    desk.load(as_of="2026-01-06T08:00:00")
    assert desk.sql_rows("SELECT age_hours FROM mart_exception") == [(24.0,)]
    desk.deliver("b.csv", lines(row("T2", opened="2026-01-07 08:00")))
    desk.load()
    found = desk.sql_rows("SELECT age_hours, is_time_suspect, is_open FROM mart_exception ORDER BY exception_id")
    assert found == [(24.0, False, True), (None, True, False)]
    desk.load(as_of="2026-01-08T08:00:00")
    assert desk.sql_rows("SELECT age_hours FROM mart_exception ORDER BY exception_id") == [(72.0,), (24.0,)]


def test_ids_are_normalised_and_suspicious_ones_flagged_but_never_merged(desk: SmallSource) -> None:
    # fault 27
    composed, apart = "Caf\u00e9", "Cafe\u0301"
    suspicious = {"T\u0410X": "mixed scripts", "TA\u200bX": "zero-width", "TA\u202eX": "right-to-left"}
    desk.sql = {
        "exception": TICKET_SQL,
        "customer": "SELECT DISTINCT ON (note) note AS customer_id, file_no, file_line FROM raw_{name}__ticket "
        "ORDER BY note, file_no, file_line",
    }
    desk.deliver("a.csv", lines(*(row(no, note=composed) for no in ("TAX", *suspicious))))
    desk.load()
    assert len(desk.ids()) == 4
    found = desk.sql_rows("SELECT relation, suspicious_id, why FROM suspicious_id WHERE relation = 'core_exception'")
    assert {(r[1], r[2]) for r in found} == {(f"acme:{no}", why) for no, why in suspicious.items()}
    desk.deliver("b.csv", lines(row("N1", note=apart)))
    desk.load()
    assert desk.sql_rows("SELECT customer_id FROM core_customer") == [(f"acme:{composed}",)]


def test_another_system_of_the_company_may_deliver_the_same_key_and_the_first_stays(tmp_path: Path) -> None:
    # fault 23
    columns = {"id": "text required", "name": "text"}
    sql = {"customer": "SELECT id AS customer_id, name, file_no, file_line FROM raw_{name}__ticket"}
    erp = SmallSource(tmp_path, "wms_old", columns=columns, sql=sql)
    wms = SmallSource(tmp_path, "erp", columns=columns, sql=sql)
    erp.deliver("a.csv", "id,name\nC1,Smith\n")
    erp.load()
    wms.deliver("a.csv", "id,name\nC1,Smith Ltd\nC2,Jones\nC2,Jones again\n")
    wms.load()
    names = wms.sql_rows("SELECT customer_id, source_system, name FROM core_customer ORDER BY 1")
    assert names == [("acme:C1", "wms_old", "Smith"), ("acme:C2", "erp", "Jones")]
    assert wms.sql_rows("SELECT source_system, file_line, rule FROM quarantine") == [("erp", 4, "unique")]
    [(system, line, kept, old)] = wms.sql_rows(
        "SELECT source_system, file_line, kept_file_no, old_row FROM load_conflict"
    )
    assert (system, line, kept) == ("erp", 2, 1)
    assert "Smith Ltd" in old
    wms.check_invariants()


LINE_SQL = {
    "order": "SELECT no AS order_id, opened AS order_at, file_no, file_line FROM raw_{name}__ticket",
    "order_line": "SELECT no AS order_line_id, no AS order_id, qty AS ordered_qty, CAST(12 AS DECIMAL(18,4)) AS unit_price, "
    "kind AS uom_code, state AS currency_code, file_no, file_line FROM raw_{name}__ticket",
}


def test_quantities_come_in_base_units_and_what_cannot_be_converted_or_priced_is_listed(desk: SmallSource) -> None:
    # fault 26
    desk.sql = LINE_SQL
    given = [
        row("L1", kind="DZ", state="EUR", qty="2"), row("L2", kind="dz", state="XXX", qty="1"), row("L3", kind="BARREL", state="EUR", qty="3"),
        row("L4", kind="EA", state="EUR", qty="5"), row("L5", kind="GRO", state="EUR", qty="99999999999999"),
        row("L6", kind="EA", state="EUR", qty="99999999999999"),
    ]  # fmt: skip
    desk.deliver("a.csv", lines(*given))
    desk.load()
    found = desk.sql_rows(
        "SELECT split_part(order_line_id, ':', 2), ordered_qty, unit_price, uom_code FROM core_order_line ORDER BY 1"
    )
    assert [(r[0], int(r[1]), int(r[2]), r[3]) for r in found] == [
        ("L1", 24, 1, "EA"), ("L2", 12, 1, "EA"), ("L3", 3, 12, "BARREL"), ("L4", 5, 12, "EA"), ("L6", 99999999999999, 12, "EA"),
    ]  # fmt: skip
    assert [(r[0], r[2], r[3]) for r in desk.refused()] == [(6, "ordered_qty", "range")]
    amounts = dict(desk.sql_rows("SELECT split_part(order_line_id, ':', 2), line_amount FROM mart_order_line"))
    assert (amounts["L1"], amounts["L2"], amounts["L6"]) == (24, None, None)
    broken = dict(desk.sql_rows("SELECT audit_name, broken_rows FROM audit_result"))
    assert (broken["unit_unknown"], broken["money_without_rate"]) == (1, 1)
    desk.check_invariants()


def test_codes_map_by_word_by_wildcard_or_stand_on_the_work_list(desk: SmallSource) -> None:
    desk.deliver("a.csv", lines(row("T1"), row("T2", kind="ODD"), row("T3", state="strange"), row("T4", kind="ODD")))
    desk.load()
    found = dict(desk.sql_rows("SELECT exception_id, type_code FROM core_exception"))
    assert found == {"acme:T1": "out_of_stock", "acme:T2": "unmapped", "acme:T4": "unmapped"}
    listed = desk.sql_rows("SELECT kind, local_code, row_count FROM unmapped_code ORDER BY 1")
    assert listed == [("exception_type", "ODD", 2), ("status", "strange", 1)]
    assert [(r[0], r[2], r[3]) for r in desk.refused()] == [(4, "status", "unmapped_code")]
    desk.codes["exception_type"]["*"] = "credit_hold"
    desk.codes["status"]["strange"] = "waiting"
    desk.load()
    assert dict(desk.sql_rows("SELECT exception_id, type_code FROM core_exception"))["acme:T2"] == "credit_hold"
    assert (len(desk.ids()), desk.refused(), desk.sql_rows("SELECT * FROM unmapped_code")) == (4, [], [])


def test_columns_in_any_order_mean_the_same(tmp_path: Path) -> None:
    # fault 3
    chance, names = random.Random(3), HEADER.split(",")
    desk = SmallSource(tmp_path)
    good = [row(f"T{i}", note=f"n{i}", qty=i).split(",") for i in range(6)]
    for number, cells in enumerate(good):
        order = chance.sample(range(len(names)), len(names))
        content = [",".join(line[i] for i in order) for line in (names, cells)]
        desk.deliver(f"{number}.csv", "\n".join(content) + "\n")
    desk.load()
    found = desk.sql_rows("SELECT note, CAST(magnitude AS INTEGER) FROM core_exception ORDER BY exception_id")
    assert found == [(f"n{i}", i) for i in range(6)]
    assert list(itertools.chain(*desk.ledger())) == [1, 1, 0, 0, 0] * 6
