"""Is the bundle of the process map what its sources make, with the licences of what is in it, and does it ask nobody?"""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

from tests.house import tree

ROOM = tree.ROOT / "dashboard" / "process_map"
SOURCE, BUILT = ROOM / "frontend", ROOM / "built"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _record() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((BUILT / "built.json").read_text(encoding="utf-8"))
    return found


def stale(record: dict[str, dict[str, str]], source: Path, built: Path) -> list[str]:
    """Files that are not what the build saw or wrote; files it did not see count too."""
    here = {
        "build.mjs",
        "package.json",
        "package-lock.json",
        *(f"src/{path.name}" for path in (source / "src").iterdir()),
    }
    strangers = sorted(here ^ set(record["sources"]))
    changed = [name for name, known in record["sources"].items() if name in here and _hash(source / name) != known]
    return strangers + changed + [name for name, known in record["built"].items() if _hash(built / name) != known]


def test_the_bundle_was_built_from_the_sources_that_stand_here() -> None:
    assert not stale(_record(), SOURCE, BUILT), "run `make process-map` and commit dashboard/process_map/built"


def test_a_changed_source_is_seen(tmp_path: Path) -> None:
    source = shutil.copytree(SOURCE, tmp_path / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    (source / "src" / "index.js").write_text("export default () => {};\n", encoding="utf-8")
    (source / "src" / "more.js").write_text("", encoding="utf-8")
    assert stale(_record(), source, BUILT) == ["src/more.js", "src/index.js"]


def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """Where Node and the locked packages are; elsewhere the recorded hashes above are the check."""
    node = shutil.which("node")
    if node is None or not (SOURCE / "node_modules").is_dir():
        return
    subprocess.run([node, "build.mjs", str(tmp_path)], cwd=SOURCE, check=True, timeout=60)
    assert {path.name: _hash(path) for path in tmp_path.iterdir()} == {
        path.name: _hash(path) for path in BUILT.iterdir()
    }


def test_the_licence_of_every_bundled_package_comes_with_the_bundle() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text(encoding="utf-8"))
    bundled = {
        path.removeprefix("node_modules/") for path, held in lock["packages"].items() if path and not held.get("dev")
    }
    said = (BUILT / "LICENSES.txt").read_text(encoding="utf-8")
    assert bundled == {"@dagrejs/dagre", "@dagrejs/graphlib"}
    for name in bundled:
        assert name in said
    assert said.count("Permission is hereby granted") == len(bundled)


def test_the_map_is_made_of_elements_and_text_and_asks_no_host() -> None:
    """# fault 89: nothing in our source or in the bundle turns a string into markup, into code or into a request."""
    scripts = [*(SOURCE / "src").glob("*.js"), BUILT / "process_map.js"]
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bfetch\(|XMLHttpRequest"
    )
    assert len(scripts) > 5
    assert [path.name for path in scripts if forbidden.search(path.read_text(encoding="utf-8"))] == []
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", (BUILT / "process_map.js").read_text(encoding="utf-8")))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "url(" not in (BUILT / "process_map.css").read_text(encoding="utf-8")
