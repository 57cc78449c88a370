"""Is every tamper with the audit trail found, up to the last anchor, and does the verdict say what it cannot know?"""

import dataclasses
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from control_tower.errors import StoreError
from control_tower.workflow import audit, keys
from control_tower.workflow.anchor import Anchor
from control_tower.workflow.audit import COLUMNS, GENESIS, Head, Verdict
from control_tower.workflow.keys import KeyRing
from control_tower.workflow.store import record
from tests.control_tower.services.deciding_desk import START

RING = KeyRing("k2", {"k1": secrets.token_bytes(32), "k2": secrets.token_bytes(32)})
Row = tuple[Any, ...]


def trail(size: int, ring: KeyRing = RING, rotated_at: int = 4) -> list[Row]:
    """A true trail whose key changed on the way."""
    rows: list[Row] = []
    previous = GENESIS
    for number in range(1, size + 1):
        key = "k1" if number < rotated_at else "k2"
        fields = [
            number,
            "2026-03-02T08:00:00+00:00",
            "ann",
            "case.comment",
            "done",
            "exception_case",
            f"erp:E{number}",
        ]
        fields += ["Łódź \ud800", "{}", '{"a":1}', "1", "p" * 64, "build-1", f"r{number}", key, previous]
        previous = audit.seal(fields, ring)
        rows.append((*fields, previous))
    return rows


def verified(rows: Iterable[Row], ring: KeyRing, heads: Sequence[Head]) -> Verdict:
    return audit.verify(map(audit.sealed, rows), ring, heads)


def head(row: Row, ring: KeyRing = RING) -> Head:
    plain = Head(row[0], row[0], row[-1], ring.active_id, "2026-03-02T08:00:01+00:00")
    return dataclasses.replace(plain, signature=audit.sign(plain, ring))


def test_a_true_trail_is_whole_and_the_verdict_says_what_nobody_can_know() -> None:
    # fault 102, # fault 104
    rows = trail(7)
    verdict = verified(rows, RING, [head(rows[4])])
    assert verdict.is_whole
    assert verdict.entries == 7
    assert verdict.cannot_know.startswith("whether entries after 5 (anchored 2026-03-02T08:00:01+00:00) were cut off")
    assert verified(rows[:6], RING, [head(rows[4])]).is_whole, "cut after the last anchor: not detectable"
    assert "no head was anchored" in verified(rows, RING, []).cannot_know


@given(size=st.integers(1, 12), data=st.data())
def test_a_changed_field_of_any_entry_is_named(size: int, data: st.DataObject) -> None:
    # fault 100
    rows = trail(size)
    at = data.draw(st.integers(0, size - 1))
    column = data.draw(st.integers(0, len(COLUMNS) - 1))
    changed = data.draw(st.integers(0, 99) if column == 0 else st.text(max_size=70))
    row = list(rows[at])
    if changed == row[column]:
        return
    row[column] = changed
    verdict = verified([*rows[:at], tuple(row), *rows[at + 1 :]], RING, [])
    assert not verdict.is_whole
    assert verdict.broken_at == at + 1


@given(size=st.integers(2, 12), data=st.data())
def test_a_deleted_swapped_or_doubled_entry_is_named(size: int, data: st.DataObject) -> None:
    # fault 100
    rows = trail(size)
    at = data.draw(st.integers(0, size - 2))
    way = data.draw(st.sampled_from(["delete", "swap", "double"]))
    tampered = {
        "delete": rows[:at] + rows[at + 1 :],
        "swap": [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]],
        "double": [*rows[: at + 1], rows[at], *rows[at + 1 :]],
    }[way]
    verdict = verified(tampered, RING, [head(rows[-1])])
    assert verdict.broken_at == at + 1 + (way == "double")


@given(size=st.integers(2, 12), data=st.data())
def test_a_cut_end_and_a_whole_rewrite_are_found_by_the_anchor(size: int, data: st.DataObject) -> None:
    # fault 101
    rows = trail(size)
    anchored = data.draw(st.integers(1, size))
    cut = verified(rows[: anchored - 1], RING, [head(rows[anchored - 1])])
    assert cut.broken_at == anchored
    assert "was anchored at" in cut.finding
    rewritten = trail(size)
    rewritten[0] = (*rewritten[0][:2], "bob", *rewritten[0][3:-1], "")
    previous = GENESIS
    for place, row in enumerate(rewritten):
        fields = [*row[:-2], previous]
        previous = audit.seal(fields, RING)
        rewritten[place] = (*fields, previous)
    assert verified(rewritten, RING, []).is_whole, "who has the key may rewrite; only the anchor tells"
    assert verified(rewritten, RING, [head(rows[anchored - 1])]).broken_at == anchored


def test_an_anchor_that_was_changed_or_forged_is_not_believed() -> None:
    # fault 101
    rows = trail(5)
    true = head(rows[2])
    for forged in (
        dataclasses.replace(true, hash=rows[3][-1]),
        dataclasses.replace(true, entry_count=2),
        dataclasses.replace(true, anchored_at="2030-01-01T00:00:00+00:00"),
        head(rows[2], KeyRing("k2", {"k2": secrets.token_bytes(32)})),
    ):
        assert "not signed by our key" in verified(rows, RING, [forged]).finding


def test_another_machine_verifies_with_the_old_key_and_not_without_it() -> None:
    # fault 104
    rows = trail(6)
    elsewhere = KeyRing("k2", dict(RING.secrets))
    assert verified(rows, elsewhere, [head(rows[-1])]).is_whole
    without = KeyRing("k2", {"k2": RING.secrets["k2"]})
    verdict = verified(rows, without, [])
    assert (verdict.broken_at, verdict.finding) == (1, "entry 1 is sealed by key 'k1', which is not on the ring")


@given(size=st.integers(32, 200), fields=st.lists(st.text(max_size=40), min_size=3, max_size=6))
def test_verifying_seals_as_the_standard_library_does(size: int, fields: list[str]) -> None:
    ring = KeyRing("k1", {"k1": secrets.token_bytes(size)})
    entry = [1, *fields, "k1", GENESIS]
    text = json.dumps(entry, separators=(",", ":")).encode()
    sealed = hmac.new(ring.secrets["k1"], text, "sha256").hexdigest()
    assert audit.seal(entry, ring) == sealed
    assert verified([(*entry, sealed)], ring, []).is_whole


AWKWARD = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(reasons=st.lists(AWKWARD | st.sampled_from(["\x7f", "a\x00b", '"\\/', "1", "é\u2028"]), min_size=1, max_size=5))
def test_what_sqlite_writes_of_any_text_is_what_was_sealed(reasons: list[str]) -> None:
    # fault 100
    with Beside() as beside:
        beside.write(reasons)
        assert beside.verdict().entries == len(reasons) and beside.verdict().is_whole


@pytest.mark.parametrize("other", [b"\x00\xff", None, 7, 1.5, "done"])
def test_another_kind_of_value_in_an_entry_is_a_tamper_that_is_named(other: object) -> None:
    # fault 100
    with Beside() as beside:
        beside.write(["one", "two", "three"])
        beside.store.execute("UPDATE audit SET reason = ? WHERE sequence_no = 2", (other,))
        beside.store.commit()
        assert beside.verdict().finding == "entry 2 was changed after it was written"


class Beside:
    """The audit table as a store has it, without the triggers and constraints that a tamperer goes past."""

    def __enter__(self) -> "Beside":
        self.engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        self.connection = self.engine.connect()
        self.store: sqlite3.Connection = self.connection.connection.dbapi_connection
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.engine.dispose()

    def write(self, reasons: list[str]) -> None:
        previous = GENESIS
        kinds = ["INTEGER PRIMARY KEY", *["TEXT"] * (len(COLUMNS) - 1)]
        columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in zip(COLUMNS, kinds, strict=True))
        self.store.execute(f"CREATE TABLE audit ({columns})")
        for number, reason in enumerate(reasons, 1):
            fields = [number, "2026-03-02", "ann", "case.comment", "done", "exception_case", "e", reason, "{}", reason]
            fields += ["1", "p", "b", f"r{number}", "k2", previous]
            previous = audit.seal(fields, RING)
            self.store.execute(f"INSERT INTO audit VALUES ({', '.join('?' * len(COLUMNS))})", (*fields, previous))
        self.store.commit()

    def verdict(self) -> Verdict:
        return audit.verify(record.Audit(self.connection, RING).sealed(), RING, [])


def quoted(name: str) -> str:
    return f'"{name}"'


def test_keys_are_made_once_are_private_and_rotate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # fault 104
    monkeypatch.delenv(keys.VARIABLE, raising=False)
    first = keys.load(tmp_path)
    assert keys.load(tmp_path) == first
    path = tmp_path / "keys" / "k1.key"
    assert path.stat().st_mode & 0o777 == 0o600
    second = keys.rotate(tmp_path)
    assert (second.active_id, set(second.secrets)) == ("k2", {"k1", "k2"})
    assert second.secrets["k1"] == first.secrets["k1"]
    assert second.secrets["k2"] != first.secrets["k1"]
    path.chmod(0o644)
    with pytest.raises(StoreError, match="readable by others"):
        keys.load(tmp_path)
    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(StoreError, match="32 bytes"):
        keys.load(tmp_path)
    assert path.read_text() not in repr(first)


def test_a_key_in_the_environment_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.VARIABLE, f"vault-7:{'ab' * 32}")
    ring = keys.load(tmp_path)
    assert (ring.active_id, list(tmp_path.iterdir())) == ("vault-7", [])


def test_heads_are_anchored_at_the_stated_interval_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    # fault 102
    rows = trail(6)
    anchor = Anchor(str(tmp_path / "elsewhere" / "heads.jsonl"), RING, interval_seconds=3_600)
    assert anchor.is_due(1, START)
    anchor.write(1, rows[0][-1], START)
    assert not anchor.is_due(1, START.replace(hour=9)), "nothing is newer"
    assert not anchor.is_due(2, START.replace(second=59))
    assert anchor.is_due(2, START.replace(minute=1)), "never longer than 60 s"
    assert anchor.is_due(2, START.replace(hour=7)), "a clock set back does not put it off"
    path = tmp_path / "elsewhere" / "heads.jsonl"
    path.write_text(path.read_text() + '{"sequence_no": 2, "ent')
    anchor.write(3, rows[2][-1], START)
    heads = anchor.heads()
    assert [h.sequence_no for h in heads] == [1, 3]
    assert verified(rows, RING, heads).is_whole
    path.write_text("{}\n" + path.read_text())
    with pytest.raises(StoreError, match="no head of ours"):
        anchor.heads()
