"""Does the demo fill every page? Each page of the navigation, over the build of `tower demo`, for somebody who finds them all."""

import re
import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from control_tower.settings import PROJECT_ROOT
from tests.conftest import Demo
from tests.dashboard.conftest import APP, words

PAGES = sorted(path.stem for path in (PROJECT_ROOT / "dashboard" / "app_pages").glob("*.py") if path.stem != "__init__")
EMPTY = (
    "could not be answered", "No exception passes", "Nothing is open in this build", "No case passes", "Nothing is loaded",
)  # fmt: skip
SEEN_BY = {"approvals": "approver", "audit_and_policy": "approver", "outcomes": "executive"}


@pytest.fixture(scope="module")
def home(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's build in a home of one's own, because the pages open a store there."""
    place = tmp_path_factory.mktemp("demo_pages") / "home"
    place.mkdir()
    shutil.copytree(demo.settings.builds, place / "builds", copy_function=_link)
    return place


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


@pytest.mark.parametrize("page", PAGES)
def test_the_demo_fills_every_page(page: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue text of the simulator: a prospective user sees every page filled."""
    monkeypatch.setenv("TOWER_HOME", str(home))
    st.cache_data.clear()
    app = AppTest.from_file(APP, default_timeout=120)
    app.session_state["demo_user"] = SEEN_BY.get(page, "planner")
    app.run()
    app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception
    said = words(app)
    assert not [sentence for sentence in EMPTY if sentence in said], said
    assert len(re.findall(r"\d", said)) > 20, f"hardly a number on it: {said}"
