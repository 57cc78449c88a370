"""Does a large file stream through in bounded memory?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import json, resource, sys
from pathlib import Path
from etl.readers import delimited, json_rows
from etl.readers.contract import LandedFile, Limits
from etl.source import Table

path, workspace, columns, reader = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(), sys.argv[4]
table = Table.model_validate({"reader": reader, "files": ["*"], "columns": dict.fromkeys(columns, "text")})
read = {"delimited": delimited.read, "jsonl": json_rows.read_lines, "json": json_rows.read_document}[reader]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
made = read(LandedFile(path, "large.csv", path.name, path.stat().st_size), "large", table, workspace, Limits())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"rows": made.rows, "records": made.records, "grown_mb": (peak - before) / 1024, "peak_mb": peak / 1024}))
"""
LINE = 'ORD-%07d,17,SITE-4,2026-01-09T10:00:00,"some, text"\n'


def _measure(path: Path, reader: str = "delimited", columns: str = "a b c d e") -> dict[str, float]:
    workspace = path.parent / "workspace"
    workspace.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(path), str(workspace), columns, reader],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    made: dict[str, float] = json.loads(done.stdout)
    return made


def _write(path: Path, megabytes: int, damaged: str = "") -> int:
    """A CSV of about that size; how many records it has."""
    block = "".join(LINE % number for number in range(20_000)) + damaged
    times = megabytes * 2**20 // len(block) + 1
    with path.open("w") as target:
        target.write("a,b,c,d,e\n")
        for _ in range(times):
            target.write(block)
    return times * (20_000 + damaged.count("\n"))


def test_two_hundred_megabytes_stream_through_in_constant_memory(tmp_path: Path) -> None:
    # fault 42
    records = _write(tmp_path / "large", 200)
    measured = _measure(tmp_path / "large")
    assert measured["rows"] == records
    assert measured["grown_mb"] < 60


def test_a_large_file_with_dirt_is_cleaned_in_constant_memory(tmp_path: Path) -> None:
    # fault 42
    # fault 6
    # fault 10
    records = _write(tmp_path / "large", 200, damaged='R,"open,S,D,x\nR,1,2,3\nR,1,2,3,mixed\r\n')
    measured = _measure(tmp_path / "large")
    assert measured["records"] == records
    assert 0 < records - measured["rows"] < records / 1000
    assert measured["grown_mb"] < 120


def test_large_json_streams_in_constant_memory(tmp_path: Path) -> None:
    # fault 42
    line = json.dumps({"a": "x" * 60, "b": 1.5}).encode()
    for reader, start, between, end in (("jsonl", b"", b"\n", b""), ("json", b"[", b",\n", b"]")):
        folder = tmp_path / reader
        folder.mkdir()
        (folder / "large").write_bytes(start + between.join([line] * 500_000) + end)
        measured = _measure(folder / "large", reader, "a b")
        assert measured["rows"] == 500_000
        assert measured["grown_mb"] < 150


@pytest.mark.slow
def test_a_gigabyte_streams_through_below_one_and_a_half_gigabytes(tmp_path: Path) -> None:
    # fault 42
    records = _write(tmp_path / "large", 1024, damaged='R,"two words",S,D,x\n')
    measured = _measure(tmp_path / "large")
    assert measured["rows"] == records
    assert measured["peak_mb"] < 1500
