"""What does somebody at a terminal get from loading? Exit codes, one JSON document on standard output, words on the other."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.etl.desk_source import SmallSource, lines, row


@pytest.fixture
def desk(tmp_path: Path) -> SmallSource:
    return SmallSource(tmp_path)


def tower(desk: SmallSource, *words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {"TOWER_HOME": str(desk.home.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "cli.main", *map(str, words)]
    done = subprocess.run(command, env=environment, cwd=desk.folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def said(done: subprocess.CompletedProcess[str]) -> Any:
    """The one document on standard output."""
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def load(desk: SmallSource, *more: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    return tower(desk, "load", desk.define().folder, "--from", desk.inbox, *more, code=code)


def test_load_quarantine_and_builds_say_what_happened_in_one_json_document(desk: SmallSource) -> None:
    desk.deliver("a.csv", lines(row("T1"), row("T2", qty="x")))
    report = said(load(desk, "--json", "--as", "engineer"))
    assert set(report) >= {"build", "published", "files", "detected", "broken_audits"}
    assert report["published"]
    [file] = report["files"]
    assert (file["file"], file["read"], file["loaded"], file["refused"], file["duplicate"]) == ("a.csv", 2, 1, 1, 0)
    [refused] = said(tower(desk, "quarantine", "--json"))
    assert (refused["file"], refused["line"], refused["column"], refused["value"]) == ("a.csv", 3, "qty", "x")
    assert refused["raw"] == row("T2", qty="x")
    assert "must be a number" in refused["reason"]
    [build] = said(tower(desk, "builds", "--json"))
    assert (build["build"], build["current"], build["sources"], build["files"]) == (report["build"], True, ["desk"], 1)
    assert said(load(desk, "--json"))["published"] is False
    desk.deliver("a.csv", lines(row("T1"), row("T2")))
    load(desk)
    assert said(tower(desk, "quarantine", "--json")) == []
    assert len(said(tower(desk, "quarantine", "--all", "--json"))) == 1


def test_too_many_refusals_in_a_large_file_publish_nothing_and_can_be_listed(desk: SmallSource) -> None:
    bad = [row(f"B{i}", qty="x") for i in range(100)]
    desk.deliver("small.csv", lines(*bad, *(row(f"S{i}") for i in range(899))))
    load(desk)
    build = desk.build
    large = desk.deliver("large.csv", lines(*bad, *(row(f"L{i}") for i in range(900))))
    done = load(desk, "--json", code=1)
    assert done.stdout == ""
    assert "large.csv: 100 of 1,000 rows refused" in done.stderr
    assert desk.build == build
    refused = done.stderr.split("--refused ")[1].split()[0]
    listed = said(tower(desk, "quarantine", "--refused", refused, "--json"))
    assert [r["line"] for r in listed if r["file"] == "large.csv"] == list(range(2, 102))
    large.write_text(lines(*bad[:50], *(row(f"L{i}") for i in range(950))), encoding="utf-8")
    load(desk)
    assert desk.build != build


def test_words_that_name_no_verb_or_no_source_are_told_apart_by_exit_code(desk: SmallSource) -> None:
    tower(desk, "lode", code=2)
    tower(desk, "load", code=2)
    assert "no source 'nowhere'" in tower(desk, "load", "nowhere", code=1).stderr
    desk.inbox.rmdir()
    assert "not a folder" in tower(desk, "load", desk.define().folder, "--from", desk.folder / "gone", code=1).stderr


def test_a_drafted_source_is_checked_finished_by_hand_and_loads(desk: SmallSource) -> None:
    # fault 13
    file = desk.deliver(
        "vorfaelle.csv",
        "Nummer;Art;Status;Gemeldet am;Betrag\n"
        "V-1;FEHLT;offen;05.01.2026 08:00;1.234,50\nV-2;SPERRE;zu;06.01.2026 09:30;870,00\n",
    )
    folder = desk.folder / "drafted"
    tower(desk, "new-source", file, "--into", folder)
    drafted = (folder / "source.toml").read_text(encoding="utf-8")
    assert 'delimiter = ";"' in drafted
    assert 'decimal_mark = ","' in drafted
    assert said(tower(desk, "load", "--check", folder, "--from", desk.inbox, "--json"))["ok"]
    query = (folder / "exception.sql").read_text(encoding="utf-8")
    query = query.replace("CAST(NULL AS VARCHAR) AS local_code", "art AS local_code").replace(
        "'new' AS status", "status AS local_status"
    )
    (folder / "exception.sql").write_text(query.replace("file_no,", "betrag AS magnitude, file_no,"), encoding="utf-8")
    assert any(
        "unmapped_code" in f
        for f in said(tower(desk, "load", "--check", folder, "--from", desk.inbox, "--json", code=1))["findings"]
    )
    drafted = drafted.replace(
        "[codes.exception_type]", '[codes.exception_type]\nFEHLT = "out_of_stock"\nSPERRE = "credit_hold"'
    )
    drafted = drafted.replace("[codes.status]", '[codes.status]\noffen = "new"\nzu = "closed"')
    (folder / "source.toml").write_text(drafted, encoding="utf-8")
    assert said(tower(desk, "load", "--check", folder, "--from", desk.inbox, "--json"))["ok"]
    assert not desk.build
    tower(desk, "load", folder, "--from", desk.inbox)
    found = desk.sql_rows(
        "SELECT exception_id, type_code, status, CAST(magnitude AS VARCHAR) FROM core_exception ORDER BY 1"
    )
    assert found == [
        ("vorfaelle:V-1", "out_of_stock", "new", "1234.5000"), ("vorfaelle:V-2", "credit_hold", "closed", "870.0000"),
    ]  # fmt: skip
