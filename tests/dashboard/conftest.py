"""What do the tests of the pages share? Homes with one small build of each kind, and a run of the app over one."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.dashboard import sample_build

APP = str(Path(__file__).resolve().parents[2] / "dashboard" / "app.py")
Run = Callable[..., AppTest]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Ask for a home by the kind of its build: "sample", "none", or a kind that `sample_build.write_home` names."""
    made: dict[str, Path] = {}

    def home(kind: str) -> Path:
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(kind)
            if kind != "none":
                flags = {} if kind == "sample" else {kind: True}
                sample_build.write_home(made[kind], rows=3_000, build_id=f"build-{kind}", **flags)
        return made[kind]

    return home


@pytest.fixture
def run(homes: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the app over a home, by kind or path: `run("sample", "exceptions", state="open")` gives the page it shows."""

    def start(kind: str | Path = "sample", page: str = "", **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("TOWER_HOME", str(kind if isinstance(kind, Path) else homes(kind)))
        st.cache_data.clear()
        app = AppTest.from_file(APP, default_timeout=60)
        for word, value in query.items():
            app.query_params[word] = value
        app.run()
        if page:
            app.switch_page(f"app_pages/{page}.py")
            for word, value in query.items():
                app.query_params[word] = value
            app.run()
        return app

    return start


def words(app: AppTest) -> str:
    """Everything a page says, as one text."""
    shown = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.text, *app.metric]
    return "\n".join(f"{getattr(item, 'label', '')} {item.value}" for item in shown).replace("\\", "")
