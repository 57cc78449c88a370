"""Is the map's bundle there for who installs the product, from a checkout and from a wheel?"""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dashboard import process_map

ROOT = Path(__file__).resolve().parents[3]
ASK = "from dashboard import process_map; print(len(process_map.built('process_map.js')), process_map.__file__)"


def test_a_checkout_finds_the_bundle() -> None:
    assert "export{" in process_map.built("process_map.js")
    assert ":host" in process_map.built("process_map.css")


def test_the_bundle_is_handed_over_as_text_and_never_taken_for_a_path() -> None:
    """Streamlit takes a string without a line break for the name of a file."""
    assert all("\n" in process_map.built(name).strip() for name in ("process_map.js", "process_map.css"))


@pytest.mark.slow
def test_a_wheel_brings_the_bundle_and_its_licences(tmp_path: Path) -> None:
    subprocess.run(
        ["uv", "build", "--wheel", "--out-dir", str(tmp_path)], cwd=ROOT, check=True, capture_output=True, timeout=300
    )
    wheel = next(tmp_path.glob("*.whl"))
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        assert "dashboard/process_map/built/LICENSES.txt" in archive.namelist()
        assert not [name for name in archive.namelist() if "node_modules" in name]
        archive.extractall(installed)
    said = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(installed)!r}); {ASK}"],
        cwd=tmp_path, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    size, place = said.stdout.split()
    assert int(size) == len(process_map.built("process_map.js"))
    assert Path(place).is_relative_to(installed)
