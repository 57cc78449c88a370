"""Are archives opened within bounds, and hostile ones refused without writing anything?"""

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest

from control_tower.errors import SourceError
from etl.archive import as_file, contents
from etl.readers.contract import Limits
from tests.etl.text_reading import declared, frame, landed, rows, starts

TIGHT = Limits(max_expanded_bytes=10**6, ratio_counts_from_bytes=10**5, max_members=20)
AB = declared("a b")


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return made.getvalue()


def test_a_gz_and_a_zip_are_read_like_the_file_inside(tmp_path: Path) -> None:
    content = b"a,b\n1,2\n3,4\n"
    for name, packed in (("orders.csv.gz", gzip.compress(content)), ("orders.zip", zipped({"orders.csv": content}))):
        made = frame(packed, tmp_path, AB, name=name)
        assert rows(made) == [("1", "2"), ("3", "4")]
        assert starts(made) == [2, 3]


def test_members_that_fit_the_glob_are_parts_of_one_table_and_lines_go_on(tmp_path: Path) -> None:
    packed = zipped({"d/2.csv": b"a,b\n5,6\n7\n", "d/1.csv": b"a,b\n1,2\n3,4", "readme.txt": b"hello"})
    made = frame(packed, tmp_path, declared("a b", member="d/*.csv"), name="x.ZIP")
    assert rows(made) == [("1", "2"), ("3", "4"), ("5", "6")]
    assert starts(made) == [2, 3, 5]  # the second member begins behind the first one's three lines
    assert [(r.place, r.line, r.rule) for r in made.refusals] == [("d/2.csv", 6, "field_count")]
    with pytest.raises(SourceError, match=r"no member fits member = 'z': .*|the zip holds: .*readme.txt"):
        frame(packed, tmp_path, declared("a b", member="z*"), name="x.zip")


def test_members_with_different_headers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"member 2.csv, line 1: the members of one archive must have the same header"
    ):
        frame(zipped({"1.csv": b"a,b\n1,2\n", "2.csv": b"b,a\n1,2\n"}), tmp_path, AB, name="x.zip")


def drain(packed: bytes, folder: Path, name: str, limits: Limits = TIGHT) -> int:
    """Read everything there is; how many bytes that was."""
    total = 0
    for content in contents(landed(packed, folder, name), "*", limits):
        while block := content.read(2**16):
            total += len(block)
    return total


@pytest.mark.parametrize("pack", ["x.gz", "x.zip"])
def test_a_bomb_is_stopped_by_its_ratio_while_it_streams(tmp_path: Path, pack: str) -> None:
    # fault 35
    content = b"a,b\n" + b"1,2\n" * 200_000
    packed = gzip.compress(content) if pack == "x.gz" else zipped({"x.csv": content})
    with pytest.raises(SourceError, match=r"x\.\w+: [\d,]+ bytes expand to more than (1[0-5]\d,\d+|2\d\d,\d+) .*bomb"):
        drain(packed, tmp_path, pack)
    with pytest.raises(SourceError, match=r"decompression bomb"):
        frame(packed, tmp_path, AB, TIGHT, pack)
    assert drain(packed, tmp_path, pack, Limits()) == len(content), "below the size from which the ratio counts"


def test_expansion_is_bounded_in_bytes_over_all_members(tmp_path: Path) -> None:
    # fault 35
    incompressible = bytes((n * n * 2654435761 >> 11) & 255 for n in range(300_000))
    packed = zipped({f"{n}.csv": incompressible for n in range(4)}, zipfile.ZIP_STORED)
    with pytest.raises(SourceError, match=r"expands to more than 1,000,000 bytes"):
        drain(packed, tmp_path, "x.zip")
    assert drain(packed, tmp_path, "x.zip", Limits()) == 1_200_000


@pytest.mark.parametrize("name", ["../x.csv", "/etc/x.csv", "a/../../x.csv", "C:\\x.csv", "..\\x.csv", "C:x.csv"])
def test_a_member_whose_name_climbs_out_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    # fault 36
    folder = tmp_path / "deep" / "deeper"
    folder.mkdir(parents=True)
    packed = zipped({"good.csv": b"a,b\n1,2\n", name: b"a,b\n1,2\n"})
    with pytest.raises(SourceError, match=r"leads out of the archive; refused"):
        frame(packed, folder, AB, name="x.zip")
    assert list(tmp_path.iterdir()) == [tmp_path / "deep"]
    assert not [path for path in folder.rglob("*") if path.suffix == ".csv"]


def test_links_and_encrypted_members_are_refused(tmp_path: Path) -> None:
    # fault 36
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("link.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SourceError, match=r"member link.csv is a symbolic link"):
        drain(made.getvalue(), tmp_path, "x.zip")
    locked = bytearray(zipped({"x.csv": b"a,b\n"}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match=r"is encrypted"):
        drain(bytes(locked), tmp_path, "x.zip")


@pytest.mark.parametrize(
    "inner",
    [gzip.compress(b"a,b\n", mtime=0), zipped({"x.csv": b"a,b\n"}), b"7z\xbc\xaf\x27\x1c...."],
    ids=["gzip", "zip", "7z"],
)
def test_an_archive_inside_an_archive_is_refused(tmp_path: Path, inner: bytes) -> None:
    # fault 36
    for name, packed in (("x.zip", zipped({"x.csv": inner})), ("x.csv.gz", gzip.compress(inner))):
        with pytest.raises(SourceError, match=r"inside an archive; send it unpacked once"):
            drain(packed, tmp_path, name)


def test_too_many_members_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    # fault 36
    with pytest.raises(SourceError, match=r"more than 20 members"):
        drain(zipped({f"{n}.csv": b"" for n in range(21)}), tmp_path, "x.zip")
    many = zipped({f"{n}.csv": b"" for n in range(70_000)}, zipfile.ZIP_STORED)
    with pytest.raises(SourceError, match=r"more than 10,000 members"):
        drain(many, tmp_path, "x.zip", Limits())
    lying = bytearray(many)
    end = lying.rindex(b"PK\x05\x06")
    del lying[lying.rindex(b"PK\x06\x06") : end]
    lying[-14:-10] = b"\x01\x00\x01\x00"
    with pytest.raises(SourceError, match=r"more than 10,000 members|damaged"):
        drain(bytes(lying), tmp_path, "x.zip", Limits())


@pytest.mark.parametrize("pack", ["x.gz", "x.zip"])
def test_an_archive_cut_or_corrupted_anywhere_says_so(tmp_path: Path, pack: str) -> None:
    # fault 24
    content = b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(300))
    packed = gzip.compress(content) if pack == "x.gz" else zipped({"x.csv": content})
    for cut in range(1, len(packed), 7):
        with pytest.raises(SourceError, match="x\\."):
            drain(packed[:cut], tmp_path, pack)
    refused = 0
    for at in range(0, len(packed), 5):
        damaged = packed[:at] + bytes([packed[at] ^ 0x55]) + packed[at + 1 :]
        try:
            drain(damaged, tmp_path, pack)
        except SourceError:
            refused += 1
    assert refused > len(packed) / 5 * 0.8


def test_a_name_that_promises_an_archive_is_checked(tmp_path: Path) -> None:
    # fault 38
    for name in ("x.zip", "x.csv.gz"):
        with pytest.raises(SourceError, match=r"its first bytes say"):
            drain(b"a,b\n1,2\n", tmp_path, name)
    with pytest.raises(SourceError, match=r"its first bytes are those of a gzip archive"):
        frame(gzip.compress(b"a,b\n1,2\n"), tmp_path, AB, name="x.csv")


def test_content_serves_libraries_as_a_file(tmp_path: Path) -> None:
    packed = landed(gzip.compress(b"one\ntwo\n"), tmp_path, "x.gz")
    assert [as_file(content).readlines() for content in contents(packed, "*", Limits())] == [[b"one\n", b"two\n"]]
