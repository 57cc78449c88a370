"""OCEL 2.0 in its three formats: the same parts, whoever wrote them."""

import gzip
import json
import sqlite3
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.readers import ocel, ocel_json, ocel_sqlite, ocel_xml
from etl.readers.contract import RawTable
from tests.etl.landed import LIMITS, landed, rows, table, written

READ = {"ocel_json": ocel_json.read, "ocel_xml": ocel_xml.read, "ocel_sqlite": ocel_sqlite.read}
SUFFIX = {"ocel_json": ".json", "ocel_xml": ".xml", "ocel_sqlite": ".sqlite"}


def spec(reader: str, part: str, **more: object):
    columns = {f"its_{field}": {"from": field} for field in ocel.FIELDS[part]}
    return table(reader, columns, part=part, **more)


def part_of(reader: str, part: str, file, workspace: Path, **more: object) -> RawTable:
    return READ[reader](file, part, spec(reader, part, **more), workspace, LIMITS)


def values(raw: RawTable) -> list[tuple[object, ...]]:
    return [tuple(row.values())[:-1] for row in rows(raw)]


def xml_of(log: dict) -> bytes:
    """The same log in the official XML form."""

    def attributes(owner: dict) -> str:
        inner = (
            f"<attribute name={quoteattr(a['name'])}"
            + (f" time={quoteattr(a['time'])}" if "time" in a else "")
            + f">{escape(str(a['value']))}</attribute>"
            for a in owner["attributes"]
        )
        return f"<attributes>{''.join(inner)}</attributes>"

    def relations(owner: dict) -> str:
        inner = (
            f"<relationship object-id={quoteattr(r['objectId'])} qualifier={quoteattr(r['qualifier'])}/>"
            for r in owner["relationships"]
        )
        return f"<objects>{''.join(inner)}</objects>"

    objects = (
        f"<object id={quoteattr(o['id'])} type={quoteattr(o['type'])}>{attributes(o)}{relations(o)}</object>"
        for o in log["objects"]
    )
    events = (
        f"<event id={quoteattr(e['id'])} type={quoteattr(e['type'])} time={quoteattr(e['time'])}>"
        f"{attributes(e)}{relations(e)}</event>"
        for e in log["events"]
    )
    return f"<log><objects>{''.join(objects)}</objects>\n<events>{''.join(events)}</events></log>".encode()


SMALL = {
    "objectTypes": [{"name": "order", "attributes": [{"name": "price", "type": "float"}]}],
    "eventTypes": [],
    "events": [
        {
            "id": "e1", "type": "place", "time": "2024-01-01T00:00:00Z",
            "attributes": [{"name": "by", "value": "Ann"}],
            "relationships": [{"objectId": "o1", "qualifier": "order"}, {"objectId": "o1", "qualifier": "main"}],
        }
    ],
    "objects": [
        {
            "id": "o1", "type": "order",
            "attributes": [{"name": "price", "time": "2024-01-01T00:00:00+02:00", "value": 12.5}],
            "relationships": [{"objectId": "i1", "qualifier": "has"}],
        }
    ],
}  # fmt: skip


def sqlite_of(path: Path, *more: str) -> bytes:
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); INSERT INTO event VALUES ('e1', 'place it');
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        INSERT INTO event_map_type VALUES ('place it', 'PlaceIt');
        CREATE TABLE "event_PlaceIt" (ocel_id TEXT, ocel_time TIMESTAMP, "by whom" TEXT);
        INSERT INTO "event_PlaceIt" VALUES ('e1', '2024-01-01 00:00:00', 'Ann');
        CREATE TABLE object (ocel_id TEXT, ocel_type TEXT); INSERT INTO object VALUES ('o1', 'order');
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
        INSERT INTO object_map_type VALUES ('order', 'Order');
        CREATE TABLE "object_Order" (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT, price REAL, tier TEXT);
        INSERT INTO "object_Order" VALUES ('o1', '1970-01-01 00:00:00', NULL, 12.5, 'gold');
        INSERT INTO "object_Order" VALUES ('o1', '2024-02-01 00:00:00', 'price', 13, 'gold');
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        INSERT INTO event_object VALUES ('e1', 'o1', 'order');
        CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
        INSERT INTO object_object VALUES ('o1', 'i1', 'has');
        """
        + "".join(more)
    )
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("reader", ["ocel_json", "ocel_xml"])
def test_every_part_of_a_document_is_a_table(reader: str, packed: bool, tmp_path: Path) -> None:
    content = json.dumps(SMALL).encode() if reader == "ocel_json" else xml_of(SMALL)
    name = f"log{SUFFIX[reader]}{'.gz' if packed else ''}"
    file = written(tmp_path, name, gzip.compress(content) if packed else content)
    found = {part: values(part_of(reader, part, file, tmp_path)) for part in ocel.FIELDS}
    value_type = "float" if reader == "ocel_json" else None
    assert found == {
        "event": [("e1", "place", "2024-01-01T00:00:00Z")],
        "event_attribute": [("e1", "by", "Ann")],
        "event_object": [("e1", "o1", "order"), ("e1", "o1", "main")],
        "object": [("o1", "order")],
        "object_attribute": [("o1", "order", "price", "2024-01-01T00:00:00+02:00", "12.5", value_type)],
        "object_object": [("o1", "i1", "has")],
    }


@pytest.mark.parametrize("packed", [False, True])
def test_every_part_of_a_database_is_a_table(packed: bool, tmp_path: Path) -> None:
    content = sqlite_of(tmp_path / "x.db")
    name = "log.sqlite.gz" if packed else "log.sqlite"
    file = written(tmp_path, name, gzip.compress(content) if packed else content)
    found = {part: values(part_of("ocel_sqlite", part, file, tmp_path)) for part in ocel.FIELDS}
    assert found == {
        "event": [("e1", "place it", "2024-01-01 00:00:00")],
        "event_attribute": [("e1", "by whom", "Ann")],
        "event_object": [("e1", "o1", "order")],
        "object": [("o1", "order")],
        "object_attribute": [
            ("o1", "order", "price", "1970-01-01 00:00:00", "12.5", "float"),
            ("o1", "order", "tier", "1970-01-01 00:00:00", "gold", "string"),
            ("o1", "order", "price", "2024-02-01 00:00:00", "13.0", "float"),
        ],
        "object_object": [("o1", "i1", "has")],
    }


def test_events_of_a_database_that_lack_type_or_time_are_refused(tmp_path: Path) -> None:
    content = sqlite_of(
        tmp_path / "x.db",
        "INSERT INTO event VALUES ('e2', 'unmapped'), ('e3', 'place it'), (NULL, 'place it');",
        "INSERT INTO \"event_PlaceIt\" VALUES ('e4', '2024-01-01 00:00:00', 'Bob');",
    )
    raw = part_of("ocel_sqlite", "event", written(tmp_path, "log.sqlite", content), tmp_path)
    assert [row["its_id"] for row in rows(raw)] == ["e1"]
    reasons = " | ".join(refusal.reason for refusal in raw.refusals)
    assert raw.records == 5
    assert all(word in reasons for word in ("'e2'", "has no time", "'e3'", "'e4' is in event_PlaceIt but not", "no id"))


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"type": "a", "time": "t"}, "no id"),
        ({"id": "e9", "time": "t"}, "no type"),
        ({"id": "e9", "type": "a"}, "no time"),
        ({"id": "", "type": "a", "time": "t"}, "no id"),
    ],
)
@pytest.mark.parametrize("reader", ["ocel_json", "ocel_xml"])
def test_an_event_without_id_type_or_time_is_refused_with_its_place(
    reader: str, fields: dict[str, str], missing: str, tmp_path: Path
) -> None:
    if reader == "ocel_json":
        record = json.dumps(fields)
        content = f'{{"events": [{json.dumps(SMALL["events"][0])}, {record}], "objects": []}}'
    else:
        record = "<event " + " ".join(f'{key}="{value}"' for key, value in fields.items()) + "/>"
        content = f'<log><events><event id="e1" type="a" time="t"/>{record}</events></log>'
    raw = part_of(reader, "event", written(tmp_path, f"log{SUFFIX[reader]}", content.encode()), tmp_path)
    (refusal,) = raw.refusals
    assert (refusal.line, refusal.rule) == (2, "missing_field")
    assert missing in refusal.reason
    assert "event number 2" in refusal.reason
    assert refusal.raw == record.encode()
    assert [row["its_id"] for row in rows(raw)] == ["e1"]


@pytest.mark.parametrize("record", ["17", '"x"', "[]", '{"id":"a","id":"b","type":"t","time":"z"}', '{"id":["a"]}'])
def test_a_record_that_is_no_element_is_refused_alone(record: str, tmp_path: Path) -> None:
    # fault 29
    good = '{"id":"e1","type":"a","time":"t"}'
    file = written(tmp_path, "log.json", f'{{"events":[{record},{good}]}}'.encode())
    raw = part_of("ocel_json", "event", file, tmp_path)
    assert [refusal.line for refusal in raw.refusals] == [1]
    assert [row["its_id"] for row in rows(raw)] == ["e1"]


@pytest.mark.parametrize("reader", ["ocel_json", "ocel_xml"])
def test_an_attribute_that_stands_twice_in_one_event_is_refused(reader: str, tmp_path: Path) -> None:
    # fault 29
    twice = {"attributes": [{"name": "by", "value": "Ann"}, {"name": "by", "value": "Bob"}]}
    log = SMALL | {"events": [SMALL["events"][0] | twice]}
    content = json.dumps(log).encode() if reader == "ocel_json" else xml_of(log)
    file = written(tmp_path, f"log{SUFFIX[reader]}", content)
    raw = part_of(reader, "event_attribute", file, tmp_path)
    assert (raw.records, raw.rows) == (2, 0)
    assert {refusal.rule for refusal in raw.refusals} == {"duplicate_attribute"}
    assert part_of(reader, "event", file, tmp_path).rows == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("log.json", b'{"ocel:events": {}}', "OCEL 1.0"),
        ("log.json", b'{"events": {}}', "not an array"),
        ("log.json", b'{"other": [1, {"a": [2]}]}', "neither"),
        ("log.json", b"[1]", "not a JSON object"),
        ("log.json", b'{"events": [{"id": ', "cut off"),
        ("log.json", b'{"events": []} x', "not readable as JSON"),
        ("log.json", b'{"events": [NaN]}', "not readable as JSON"),
        ("log.json", '{"events": []}'.encode("utf-16"), "UTF-16"),
        ("log.json", '{"events": []}'.encode("utf-16-le"), "UTF-16"),
        ("log.json", b'{"events": [{"id": "\xff"}]}', "not readable as JSON"),
        ("log.xml", b"<log><trace/></log>", "neither"),
        ("log.xml", b"<log><events>", "not well-formed"),
        ("log.sqlite", None, "no table 'event_map_type'"),
    ],
)  # fmt: skip
def test_a_document_that_is_no_ocel_is_refused(name: str, content: bytes | None, said: str, tmp_path: Path) -> None:
    if content is None:
        connection = sqlite3.connect(tmp_path / "x")
        connection.execute("CREATE TABLE other (a)")
        connection.close()
        content = (tmp_path / "x").read_bytes()
    reader = next(reader for reader, suffix in SUFFIX.items() if name.endswith(suffix))
    with pytest.raises(SourceError, match=said):
        part_of(reader, "event", written(tmp_path, name, content), tmp_path)


def test_the_byte_order_mark_and_the_order_of_sections_do_not_matter(tmp_path: Path) -> None:
    # fault 8
    turned = dict(reversed(SMALL.items()))
    file = written(tmp_path, "log.json", json.dumps(turned).encode("utf-8-sig"))
    assert values(part_of("ocel_json", "object_attribute", file, tmp_path))[0][-1] == "float"


def test_an_unknown_field_holds_the_file_unless_it_is_ignored(tmp_path: Path) -> None:
    # fault 31
    log = SMALL | {"events": [SMALL["events"][0] | {"vmap": 1}]}
    file = written(tmp_path, "log.json", json.dumps(log).encode())
    with pytest.raises(SourceError, match=r"'event\.vmap'"):
        part_of("ocel_json", "event", file, tmp_path)
    assert part_of("ocel_json", "event", file, tmp_path, extra_columns="ignore").rows == 1


def test_a_column_that_the_part_does_not_offer_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, "log.json", json.dumps(SMALL).encode())
    wrong = table("ocel_json", {"id": "text", "price": "decimal"}, part="object")
    with pytest.raises(SourceError, match="'price'; part object offers id, type"):
        ocel_json.read(file, "t", wrong, tmp_path, LIMITS)


def test_a_file_is_parsed_once_for_all_its_tables(tmp_path: Path) -> None:
    file = written(tmp_path, "log.json", json.dumps(SMALL).encode())
    part_of("ocel_json", "event", file, tmp_path)
    file.path.unlink()
    assert values(part_of("ocel_json", "object", file, tmp_path)) == [("o1", "order")]


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=6
)
TIMES = st.sampled_from(["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00", "2024-06-01T12:00:00+02:00"])
RELATIONS = st.lists(st.fixed_dictionaries({"objectId": NAMES, "qualifier": NAMES}), max_size=3)
PAIRS = st.lists(st.fixed_dictionaries({"name": NAMES, "value": NAMES}), max_size=3, unique_by=lambda a: a["name"])
TRIPLES = st.lists(
    st.fixed_dictionaries({"name": NAMES, "time": TIMES, "value": NAMES}), max_size=3, unique_by=lambda a: a["name"]
)
LOGS = st.fixed_dictionaries({
    "events": st.lists(
        st.fixed_dictionaries({"id": NAMES, "type": NAMES, "time": TIMES, "attributes": PAIRS, "relationships": RELATIONS}),
        max_size=4,
    ),
    "objects": st.lists(
        st.fixed_dictionaries({"id": NAMES, "type": NAMES, "attributes": TRIPLES, "relationships": RELATIONS}), max_size=4
    ),
})  # fmt: skip


def expected(log: dict) -> dict[str, list[tuple[object, ...]]]:
    events, objects = log["events"], log["objects"]
    return {
        "event": [(e["id"], e["type"], e["time"]) for e in events],
        "event_attribute": [(e["id"], a["name"], a["value"]) for e in events for a in e["attributes"]],
        "event_object": [(e["id"], r["objectId"], r["qualifier"]) for e in events for r in e["relationships"]],
        "object": [(o["id"], o["type"]) for o in objects],
        "object_attribute": [
            (o["id"], o["type"], a["name"], a["time"], a["value"], None) for o in objects for a in o["attributes"]
        ],
        "object_object": [(o["id"], r["objectId"], r["qualifier"]) for o in objects for r in o["relationships"]],
    }


@given(log=LOGS)
def test_any_log_comes_back_whole_from_both_formats(log: dict, tmp_path: Path) -> None:
    for reader, content in (("ocel_json", json.dumps(log).encode()), ("ocel_xml", xml_of(log))):
        file = written(tmp_path, f"log{SUFFIX[reader]}", content)
        assert {part: values(part_of(reader, part, file, tmp_path)) for part in ocel.FIELDS} == expected(log)


@pytest.fixture(scope="module")
def oracle(shared_data: Path, tmp_path_factory: pytest.TempPathFactory):
    """The order management log as pm4py reads it, and the same written by pm4py as SQLite."""
    import pm4py

    folder = tmp_path_factory.mktemp("oracle")
    packed = shared_data / "ocel_order_management" / "order-management.json.gz"
    (folder / "log.json").write_bytes(gzip.decompress(packed.read_bytes()))
    log = pm4py.read_ocel2_json(str(folder / "log.json"))
    pm4py.write_ocel2_sqlite(log, str(folder / "log.sqlite"))
    return log, folder / "log.sqlite"


def frame(found: RawTable):
    return pq.read_table(found.path).to_pandas()


@pytest.mark.parametrize("reader", ["ocel_json", "ocel_xml", "ocel_sqlite"])
def test_the_order_management_log_is_what_pm4py_reads(reader: str, oracle, shared_data: Path, tmp_path: Path) -> None:
    import pandas as pd

    log, as_sqlite = oracle
    folder = shared_data / "ocel_order_management"
    path = {"ocel_json": folder / "order-management.json.gz", "ocel_xml": folder / "order-management.xml.gz"}.get(
        reader, as_sqlite
    )
    file = landed(path)
    counts = {part: part_of(reader, part, file, tmp_path).rows for part in ocel.FIELDS}
    assert counts == {
        "event": 21_008, "event_attribute": 0, "event_object": 147_463,
        "object": 10_840, "object_attribute": 18_604, "object_object": 28_391,
    }  # fmt: skip
    events = frame(part_of(reader, "event", file, tmp_path))
    times = pd.to_datetime(events["its_time"], utc=True, format="ISO8601")
    found = Counter(zip(events["its_id"], events["its_type"], times, strict=True))
    known = log.events
    told = pd.to_datetime(
        known["ocel:timestamp"], utc=True
    )  # r4pm's reader, which pm4py takes, gives UTC without saying so
    known_events = Counter(zip(known["ocel:eid"], known["ocel:activity"], told, strict=True))
    assert list((found - known_events) + (known_events - found))[:5] == []  # small: CI would print all that differs
    pairs = frame(part_of(reader, "event_object", file, tmp_path))
    found_pairs = set(zip(pairs["its_event_id"], pairs["its_object_id"], strict=True))
    assert list(found_pairs ^ set(zip(log.relations["ocel:eid"], log.relations["ocel:oid"], strict=True)))[:5] == []
    objects = frame(part_of(reader, "object", file, tmp_path))
    assert set(zip(objects["its_id"], objects["its_type"], strict=True)) == set(
        zip(log.objects["ocel:oid"], log.objects["ocel:type"], strict=True)
    )


def test_both_official_files_hold_the_same_relations(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "ocel_order_management"
    for part in ("event_object", "object_object", "object"):
        found = [
            frame(part_of(reader, part, landed(folder / f"order-management.{kind}.gz"), tmp_path)).iloc[:, :-1]
            for reader, kind in (("ocel_json", "json"), ("ocel_xml", "xml"))
        ]
        first, second = (one.sort_values(list(one), ignore_index=True) for one in found)
        assert len(first) == len(second) and (first == second).all(axis=None)


def test_the_inventory_log_keeps_its_qualifiers_and_attributes(shared_data: Path, tmp_path: Path) -> None:
    file = landed(shared_data / "inventory_sim" / "ocel_inventory_management.xml")
    text = file.path.read_text()
    assert part_of("ocel_xml", "event", file, tmp_path).rows == text.count("<event id=")
    assert part_of("ocel_xml", "object", file, tmp_path).rows == text.count("<object id=")
    assert part_of("ocel_xml", "event_object", file, tmp_path).rows == text.count("<relationship ")
    assert part_of("ocel_xml", "event_attribute", file, tmp_path).rows == text.count("<attribute name") - text.count(
        '<attribute name="Stock Before" type='
    ) - text.count('<attribute name="Stock After" type=')
