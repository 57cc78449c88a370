"""XES: events with their trace, refused ones named by trace and number."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.readers import xes
from tests.etl.landed import LIMITS, landed, rows, table, written

COLUMNS = {
    "case": {"from": "trace.concept:name"},
    "activity": {"from": "concept:name"},
    "moment": {"from": "time:timestamp", "type": "timestamp", "required": True},
    "who": {"from": "org:resource", "optional": True},
}
LOG = table("xes", COLUMNS)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log xmlns="http://www.xes-standard.org/">\n'
GLOBALS = """<extension name="Concept" prefix="concept" uri="http://example.org"/>
<global scope="event"><string key="concept:name" value="x"/></global>
<classifier name="a" keys="concept:name"/><string key="concept:name" value="the log"/>
"""


def event(activity: str, moment: str | None = "2024-01-01T10:00:00Z", extra: str = "") -> str:
    time = "" if moment is None else f'<date key="time:timestamp" value={quoteattr(moment)}/>'
    return f'<event><string key="concept:name" value={quoteattr(activity)}/>{time}{extra}</event>'


def trace(name: str, *events: str) -> str:
    return f'<trace><string key="concept:name" value={quoteattr(name)}/>{"".join(events)}</trace>'


def read(folder: Path, *traces: str, spec=LOG, name="log.xes", head=HEAD):
    content = (head + GLOBALS + "".join(traces) + "</log>").encode()
    content = gzip.compress(content) if name.endswith(".gz") else content
    return xes.read(written(folder, name, content), "log", spec, folder, LIMITS)


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_each_event_is_a_row_with_its_trace(tmp_path: Path, name: str) -> None:
    raw = read(tmp_path, trace("A", event("pick"), event("ship")), trace("B", event("pick")), name=name)
    assert [(r["case"], r["activity"], r["_line"]) for r in rows(raw)] == [
        ("A", "pick", 1), ("A", "ship", 2), ("B", "pick", 3),
    ]  # fmt: skip
    assert raw.columns == ("case", "activity", "moment", "who")


@pytest.mark.parametrize("moment", [None, "", "2024-02-30T10:00:00Z", "01.02.2024 10:00", "2024-01-01", "NaT"])
def test_an_event_without_a_readable_time_is_refused_with_its_place(tmp_path: Path, moment: str | None) -> None:
    # fault 28
    raw = read(tmp_path, trace("A", *[event("e")] * 4, event("late", moment)), trace("B", event("e")))
    (refusal,) = raw.refusals
    assert (refusal.line, refusal.place, refusal.rule) == (5, "trace 'A' event 5", "bad_timestamp")
    assert refusal.column == "moment"
    assert refusal.raw == event("late", moment).encode()
    assert [row["_line"] for row in rows(raw)] == [1, 2, 3, 4, 6]


def test_a_time_that_is_not_required_may_be_missing(tmp_path: Path) -> None:
    spec = table("xes", COLUMNS | {"moment": {"from": "time:timestamp", "type": "timestamp"}})
    raw = read(tmp_path, trace("A", event("a", None), event("b")), spec=spec)
    assert [row["moment"] for row in rows(raw)] == [None, "2024-01-01T10:00:00Z"]


def test_a_time_in_a_declared_format_is_left_to_the_cast(tmp_path: Path) -> None:
    moment = {"from": "time:timestamp", "type": "timestamp", "formats": ["%d.%m.%Y"]}
    raw = read(tmp_path, trace("A", event("a", "01.02.2024")), spec=table("xes", COLUMNS | {"moment": moment}))
    assert rows(raw)[0]["moment"] == "01.02.2024"


def test_an_empty_element_is_kept_byte_for_byte(tmp_path: Path) -> None:
    # fault 28
    raw = read(tmp_path, trace("A", "<event  />", event("b"), '<event x="a>b"/>'))
    assert [refusal.raw for refusal in raw.refusals] == [b"<event  />", b'<event x="a>b"/>']


def test_an_attribute_that_stands_twice_refuses_its_event(tmp_path: Path) -> None:
    # fault 29
    twice = event("a", extra='<string key="concept:name" value="b"/>')
    raw = read(tmp_path, trace("A", event("a"), twice))
    (refusal,) = raw.refusals
    assert (refusal.rule, refusal.place, refusal.line) == ("duplicate_attribute", "trace 'A' event 2", 2)
    assert refusal.raw == twice.encode()
    assert len(rows(raw)) == 1


def test_a_trace_attribute_that_stands_twice_refuses_the_events_of_the_trace(tmp_path: Path) -> None:
    # fault 29
    again = '<string key="concept:name" value="B"/>'
    raw = read(tmp_path, trace("A", again, event("a"), event("b")), trace("C", event("c")))
    assert [refusal.line for refusal in raw.refusals] == [1, 2]
    assert [row["case"] for row in rows(raw)] == ["C"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "iso-8859-1", "cp1252"])
def test_another_encoding_is_decoded(tmp_path: Path, encoding: str) -> None:
    # fault 30
    declared = {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{declared}"?><log>{trace("Größe", event("Prüfung"))}</log>'
    bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    raw = xes.read(written(tmp_path, "log.xes", bom + text.encode(encoding)), "log", LOG, tmp_path, LIMITS)
    assert (rows(raw)[0]["case"], rows(raw)[0]["activity"]) == ("Größe", "Prüfung")


@pytest.mark.parametrize(
    ("declared", "written_as", "named"),
    [
        ("utf-7", "utf-7", "utf-7"),
        ("UTF-32", "utf-32", "utf-32"),
        ("cp037", "utf-8", "cp037"),
        ("utf-16", "utf-8", "utf-16"),
    ],
)
def test_an_encoding_that_is_not_read_is_named(tmp_path: Path, declared: str, written_as: str, named: str) -> None:
    # fault 30
    text = f'<?xml version="1.0" encoding="{declared}"?><log>{trace("A", event("a"))}</log>'
    with pytest.raises(SourceError, match=named):
        xes.read(written(tmp_path, "log.xes", text.encode(written_as)), "log", LOG, tmp_path, LIMITS)


def test_bytes_that_do_not_fit_the_encoding_refuse_the_file_with_their_place(tmp_path: Path) -> None:
    # fault 30
    content = (HEAD + trace("A", event("Pr")) + "</log>").encode().replace(b"Pr", b"Pr\xfc")
    with pytest.raises(SourceError, match=r"byte .* does not fit the encoding utf-8"):
        xes.read(written(tmp_path, "log.xes", content), "log", LOG, tmp_path, LIMITS)


def test_an_undeclared_key_holds_the_file_unless_it_is_ignored(tmp_path: Path) -> None:
    new = trace("A", event("a", extra='<int key="cost" value="3"/>'))
    with pytest.raises(SourceError, match=r"not declared 'cost'"):
        read(tmp_path, new)
    assert len(rows(read(tmp_path, new, spec=table("xes", COLUMNS, extra_columns="ignore")))) == 1


def test_a_declared_key_that_no_event_has_holds_the_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"missing 'org:resource'"):
        read(tmp_path, trace("A", event("a")), spec=table("xes", COLUMNS | {"who": {"from": "org:resource"}}))


def test_a_nested_attribute_is_read_only_when_it_is_addressed(tmp_path: Path) -> None:
    extra = '<container key="cost"><float key="amount" value="2.5"/><string key="unit" value="EUR"/></container>'
    addressed = table("xes", COLUMNS | {"amount": {"from": "cost/amount"}, "cost": "text"})
    assert rows(read(tmp_path, trace("A", event("a", extra=extra)), spec=addressed))[0]["amount"] == "2.5"


def test_a_trace_attribute_behind_the_events_still_counts(tmp_path: Path) -> None:
    late = f'<trace>{event("a")}<string key="concept:name" value="A"/></trace>'
    assert rows(read(tmp_path, late))[0]["case"] == "A"


def test_an_event_outside_of_any_trace_is_a_row_without_case(tmp_path: Path) -> None:
    raw = read(tmp_path, trace("A", event("a")), event("lost"))
    assert [(row["case"], row["activity"]) for row in rows(raw)] == [("A", "a"), (None, "lost")]


def test_a_log_without_events_says_so(tmp_path: Path) -> None:
    raw = read(tmp_path)
    assert (raw.records, raw.rows) == (0, 0)
    assert "empty" in str(raw.warning)


def test_a_value_with_an_unkeepable_length_refuses_the_event(tmp_path: Path) -> None:
    # fault 12
    raw = read(tmp_path, trace("A", event("x" * (LIMITS.max_field_bytes + 1)), event("b")))
    assert [refusal.rule for refusal in raw.refusals] == ["field_too_long"]
    assert len(rows(raw)) == 1


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_a_log_cut_off_anywhere_is_refused(tmp_path: Path, cut: float) -> None:
    # fault 24
    content = (HEAD + trace("A", *[event("a")] * 20) + "</log>").encode()
    with pytest.raises(SourceError, match=r"log\.xes"):
        xes.read(written(tmp_path, "log.xes", content[: int(len(content) * cut)]), "log", LOG, tmp_path, LIMITS)


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1\0\0\0PAR1",
        b"MZ\x90\0\x03",
        b"\x7fELF\0",
        b"PK\x03\x04\0\0",
        b"{}",
        b"",
        b"<html/>",
        b"<log2/>",
        b"12345678DUCK",
    ],
)
def test_something_else_called_xes_is_refused(tmp_path: Path, content: bytes) -> None:
    # fault 38
    # fault 41
    with pytest.raises(SourceError, match=r"log\.xes"):
        xes.read(written(tmp_path, "log.xes", content), "log", LOG, tmp_path, LIMITS)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=8
).map(str.strip).filter(bool)  # fmt: skip
MOMENTS = st.integers(0, 3).map(lambda hour: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour))
TRACES = st.lists(st.tuples(WORDS, st.lists(st.tuples(WORDS, MOMENTS), max_size=4)), min_size=1, max_size=5)


@given(traces=TRACES)
def test_any_log_comes_back_event_by_event_in_document_order(traces, tmp_path: Path) -> None:
    # equal times keep the order of the file through the event number
    parts = [trace(name, *(event(what, when.isoformat()) for what, when in events)) for name, events in traces]
    raw = read(tmp_path, *parts)
    expected = [(name, what, when.isoformat()) for name, events in traces for what, when in events]
    assert [(row["case"], row["activity"], row["moment"]) for row in rows(raw)] == expected
    assert [row["_line"] for row in rows(raw)] == list(range(1, len(expected) + 1))


def test_a_log_written_by_pm4py_gives_the_events_that_pm4py_reads(tmp_path: Path) -> None:
    import pandas as pd
    import pm4py

    start = pd.Timestamp("2024-03-31T00:30:00+01:00")
    frame = pd.DataFrame(
        [
            {"case:concept:name": f"c{n % 7}", "concept:name": f"do {n % 5} & <ü>", "org:resource": f"r{n % 3}",
             "time:timestamp": start + pd.Timedelta(minutes=30 * (n // 2)), "lifecycle:transition": "complete"}
            for n in range(200)
        ]
    )  # fmt: skip
    path = tmp_path / "log.xes"
    pm4py.write_xes(frame, str(path))
    oracle = pm4py.read_xes(str(path))
    spec = table("xes", COLUMNS | {"lifecycle": {"from": "lifecycle:transition"}})
    found = rows(xes.read(landed(path), "log", spec, tmp_path, LIMITS))
    names = ["case:concept:name", "concept:name", "org:resource", "lifecycle:transition"]
    expected = [(*row[names], row["time:timestamp"].to_pydatetime()) for _, row in oracle.iterrows()]
    assert [
        (r["case"], r["activity"], r["who"], r["lifecycle"], datetime.fromisoformat(str(r["moment"]))) for r in found
    ] == expected
