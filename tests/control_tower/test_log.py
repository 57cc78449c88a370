"""Does an entry of the log stay on its line and keep secrets out, whatever a file is called?"""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower import log, settings
from control_tower.errors import ControlTowerError
from etl import pipeline, source
from tests.etl import small_source

CANARY = "canary-0815"
HOSTILE = st.text(min_size=1, max_size=60) | st.sampled_from([
    'x\n{"event": "end", "build": "forged"}', "a\r\nb", "\x1b[2Jcleared", "a\u2028b\u2029c\x85d", "\x00", "\udcff", '"}\n{"',
])  # fmt: skip


@given(name=HOSTILE, value=HOSTILE, step=HOSTILE)
def test_no_name_and_no_value_makes_more_than_one_line(name: str, value: str, step: str) -> None:
    """# fault 91"""
    stream = io.StringIO()
    logger = log.writing(stream, file=name)
    log.told(logger, lambda _name, _detail: None)(step, value)
    logger.error("failed", why=value)
    text = stream.getvalue()
    assert len(text.splitlines()) == 2
    assert text.isascii()
    assert all(char.isprintable() or char == "\n" for char in text)
    first, second = (json.loads(line) for line in text.splitlines())
    assert (first["event"], second["event"]) == ("step", "failed")
    assert first["file"] == log.redacted(name)
    assert second["why"] == log.redacted(value)


def test_a_load_of_a_hostile_file_name_logs_one_object_a_line(tmp_path: Path) -> None:
    """# fault 91"""
    request = small_source.request(tmp_path, [0])
    evil = tmp_path / "files" / 'ticket_\n{"event": "end"}\x1b[31m.csv'
    (tmp_path / "files" / "ticket_0.csv").rename(evil)
    machine = settings.Settings(home=tmp_path / "home")
    report = pipeline.load([request], machine, lambda *_: None)
    entries = [json.loads(line) for line in (machine.home / log.FILE).read_text().splitlines()]
    assert [entry["event"] for entry in entries].count("begin") == 1
    assert [entry["build"] for entry in entries if entry["event"] == "end"] == [report.build_id]
    assert {entry["by"] for entry in entries} == {"a tester"}
    assert any("ticket_" in entry.get("detail", "") for entry in entries)


@pytest.mark.parametrize("text", [
    f"postgresql://ann:{CANARY}@db/erp", f"could not connect: mysql+pymysql://root:{CANARY}@h:1/x?y=1",
    f"url postgresql://db/erp?password={CANARY}&sslmode=require", f"password: {CANARY}", f"api_key={CANARY};x",
])  # fmt: skip
def test_a_secret_inside_a_text_is_blanked(text: str) -> None:
    assert CANARY not in log.redacted(text)


def test_the_password_of_a_database_is_in_no_log_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_PASSWORD", CANARY)
    folder = tmp_path / "erp"
    small_source.definition(folder, "erp")
    text = (folder / "source.toml").read_text()
    for pattern in ("ticket", "step"):
        text = text.replace(
            f'reader = "delimited"\nfiles = ["{pattern}_*.csv"]',
            f'reader = "database"\nurl = "postgresql+psycopg://erp:${{ERP_PASSWORD}}@127.0.0.1:1/erp"\ntable = "{pattern}"',
        )
    (folder / "source.toml").write_text(text)
    machine = settings.Settings(home=tmp_path / "home")
    request = pipeline.Request(source.read(folder), tmp_path, "a tester")
    with pytest.raises(ControlTowerError) as refusal:
        pipeline.load([request], machine, lambda *_: None)
    assert CANARY not in str(refusal.value)
    kept = [path for path in machine.home.rglob("*") if path.is_file()]
    assert [path for path in kept if CANARY.encode() in path.read_bytes()] == []
    logged = [json.loads(line) for line in (machine.home / log.FILE).read_text().splitlines()]
    assert logged[-1]["event"] == "failed"
