"""Is a test that did not run said so, and a failure in CI?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import tree

TESTS = """
def test_with_a_browser(require_tool):
    require_tool("a-browser-nobody-has")


def test_with_data(shared_data):
    assert shared_data.is_dir()


def test_with_a_home(tower_home):
    assert tower_home.is_dir()
"""


@pytest.fixture
def run_in(tmp_path: Path):
    """Run the three tests above under the project's conftest, as CI or as somebody's machine."""
    shutil.copyfile(tree.ROOT / "tests" / "conftest.py", tmp_path / "conftest.py")
    (tmp_path / "test_planted.py").write_text(TESTS, encoding="utf-8")

    def run(ci: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
            env={**os.environ, "CI": ci, "SHARED_DATA": str(tmp_path / "absent"), "NO_COLOR": "1"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_machine_without_a_browser_skips_and_says_why_at_the_end(run_in) -> None:
    said = run_in("")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "1 passed, 2 skipped" in said.stdout
    closing = said.stdout.partition("did not run here")[2]
    assert "1 test: a-browser-nobody-has is not installed" in closing
    assert "1 test: shared data is not on this machine" in closing


def test_in_ci_only_shared_data_may_be_missing(run_in) -> None:
    said = run_in("true")
    assert said.returncode == 1, said.stdout + said.stderr
    assert "1 failed, 1 passed, 1 skipped" in said.stdout
    assert "in CI every test must: a-browser-nobody-has is not installed" in said.stdout
