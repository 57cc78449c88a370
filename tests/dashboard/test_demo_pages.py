"""Does the demo fill every page? Each page of the navigation, over the build of `tower demo`, for somebody who finds them all."""

import re
import shutil
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from control_tower import kpi, warehouse
from control_tower.analysis.exposure import default_span
from control_tower.definitions import kpis
from control_tower.settings import PROJECT_ROOT
from dashboard import theme
from tests.conftest import Demo
from tests.dashboard.conftest import APP, Run, words

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


@pytest.mark.slow
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


@pytest.mark.slow
def test_late_beyond_its_mix_says_how_many_lie_outside_the_limits(run: Run, home: Path, demo: Demo) -> None:
    """RCA-06, K52, K53, on the demo."""
    app = run(home, "root_causes", view="units")
    assert not app.exception
    build = warehouse.open_current(demo.settings)
    span = default_span(build)
    with build.cursor() as cursor:
        parts = kpi.breakdown(
            cursor, kpis()["business_unit_variance"], kpi.Period(span.since, span.until), {}, "site_id"
        )
    known = [part for part in parts if part.key is not None and part.figure.detail]
    outside = sum(bool((part.figure.detail or {})["is_outside"]) for part in known)
    assert f"{outside} of {len(known)} lie outside the dotted limits" in words(app)


@pytest.mark.slow
def test_each_category_says_whether_to_prevent_or_to_route_faster(run: Run, home: Path, demo: Demo) -> None:
    """DET-11 by K06: prevent where at least half of the confirmed ones could have been prevented; on the demo."""
    app = run(home, "root_causes", view="prevent")
    assert not app.exception
    shown = app.dataframe[-1].value
    build = warehouse.open_current(demo.settings)
    span = default_span(build)
    with build.cursor() as cursor:
        parts = kpi.breakdown(cursor, kpis()["preventable_share"], kpi.Period(span.since, span.until), {}, "category")
    expected = {theme.words(p.key or "(not stated)"): "prevent" if (p.figure.value or 0) >= 0.5 else "route faster"
                for p in parts if p.figure.n}  # fmt: skip
    assert dict(zip(shown["category"], shown["flag"], strict=True)) == expected
    assert len(expected) > 3
