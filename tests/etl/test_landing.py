"""Is what was delivered safely ours, under its hash, and nothing else?"""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.landing import land, match, name_of


def test_a_file_lands_under_its_hash_and_landing_again_changes_nothing(tmp_path: Path) -> None:
    content = os.urandom(9 * 2**20)
    delivered = tmp_path / "in" / "orders.csv"
    delivered.parent.mkdir()
    delivered.write_bytes(content)
    raw = tmp_path / "raw"
    first = land(delivered, raw)
    digest = hashlib.sha256(content).hexdigest()
    assert (first.path, first.name, first.sha256, first.size) == (raw / digest, "orders.csv", digest, len(content))
    assert first.path.read_bytes() == content
    before = first.path.stat()
    assert land(delivered, raw) == first
    assert first.path.stat().st_mtime_ns == before.st_mtime_ns
    assert [path.name for path in raw.iterdir()] == [digest], "no temporary file is left"


def test_a_landed_file_of_the_wrong_size_is_replaced(tmp_path: Path) -> None:
    delivered = tmp_path / "orders.csv"
    delivered.write_bytes(b"a,b\n1,2\n")
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / hashlib.sha256(b"a,b\n1,2\n").hexdigest()).write_bytes(b"a,b")
    assert land(delivered, raw).path.read_bytes() == b"a,b\n1,2\n"


def test_a_file_that_is_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    # fault 25
    delivered = tmp_path / "orders.csv"
    delivered.write_bytes(b"x" * (64 * 2**20))
    reading, writing = os.pipe()
    writer = os.fork()
    if writer == 0:
        with delivered.open("ab", buffering=0) as grow:
            os.write(writing, b"!")
            while True:
                grow.write(b"more\n")
    try:
        assert os.read(reading, 1) == b"!"
        with pytest.raises(SourceError, match=r"orders.csv: the file is still being written; try again later"):
            land(delivered, tmp_path / "raw")
    finally:
        os.kill(writer, 9)
        os.waitpid(writer, 0)
    assert list((tmp_path / "raw").iterdir()) == []
    assert land(delivered, tmp_path / "raw").size == delivered.stat().st_size


def test_only_regular_files_land(tmp_path: Path) -> None:
    # fault 36
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("pipe.csv", "folder.csv"):
        with pytest.raises(SourceError, match=r"not a regular file|could not be copied"):
            land(tmp_path / name, tmp_path / "raw")


def test_links_out_of_the_delivery_folder_are_refused_and_links_within_are_not(tmp_path: Path) -> None:
    # fault 36
    delivery = tmp_path / "in"
    delivery.mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (delivery / "real.csv").write_text("a\n1\n")
    (delivery / "alias.csv").symlink_to(delivery / "real.csv")
    assert [path.name for path in match(delivery, ["*.csv", "re*"])] == ["alias.csv", "real.csv"]
    assert land(delivery / "alias.csv", tmp_path / "raw").name == "alias.csv"
    (delivery / "out.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SourceError, match=r"out.csv: a link that leads out of the delivery folder"):
        match(delivery, ["*.csv"])
    with pytest.raises(SourceError, match=r"leads out of the delivery folder"):
        land(delivery / "out.csv", tmp_path / "raw")
    (delivery / "sub").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(SourceError, match=r"leads out of the delivery folder"):
        match(delivery, ["sub/*.csv"])


@pytest.mark.parametrize(
    "pattern", ["../*.csv", "/etc/*", "a/../../b.csv", r"..\x.csv", "C:/x.csv", "~/x", "", "a\0b", r"C:\x"]
)
def test_a_pattern_that_climbs_out_is_refused(tmp_path: Path, pattern: str) -> None:
    # fault 37
    with pytest.raises(SourceError, match=r"leads out of the delivery folder"):
        match(tmp_path, [pattern])


def test_patterns_find_files_in_folders_below_sorted_and_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "sub/c.csv", "a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = match(tmp_path, ["**/*.csv", "*.csv", "a.*"])
    assert [str(path.relative_to(tmp_path)) for path in found] == ["a.csv", "a.txt", "b.csv", "sub/c.csv"]
    with pytest.raises(SourceError, match=r"not a folder"):
        match(tmp_path / "absent", ["*"])
    with pytest.raises(SourceError, match=r"no file pattern"):
        match(tmp_path, ["a**b"])


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_file_name_is_data(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    # fault 37
    folder = tmp_path_factory.mktemp("names")
    if name in (".", "..") or len(name.encode()) > 255:
        return
    (folder / name).write_bytes(b"a\n1\n")
    landed = land(folder / name, folder / "raw of landing")
    assert landed.path.name == hashlib.sha256(b"a\n1\n").hexdigest()
    assert landed.name.isprintable()
    assert len(landed.name) <= 255


def test_a_long_or_hostile_name_is_escaped_and_cut() -> None:
    # fault 37
    assert name_of("x" * 300) == "x" * 254 + "…"
    assert name_of("../../etc/passwd") == "passwd"
    assert name_of("a\0\x1b[31m\u202eb.csv") == "a\\x00\\x1b[31m\\u202eb.csv"
