"""What does the process map show, and what was clicked on it? The Streamlit component around the bundled JavaScript.

The bundle in built/ is made from frontend/ (`make process-map`) and is handed over as text: Streamlit's scan for
component folders looks for a package named as the distribution, which we have not, and finds other things from a
checkout than from a wheel. It draws what it is given and computes nothing; it asks no host for anything.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

NAME = "control_tower.process_map"


def built(name: str) -> str:
    """One file of the bundle as text."""
    return (files(__package__) / "built" / name).read_text(encoding="utf-8")


@cache
def _mount() -> Callable[..., Any]:
    return st.components.v2.component(NAME, js=built("process_map.js"), css=built("process_map.css"))


def show(picture: dict[str, Any], key: str, on_picked: Callable[[], None], on_replay: Callable[[], None]) -> None:
    """Draw a picture (`components/map_picture.py` makes it); the callbacks read what happened with `told`."""
    _mount()(key=key, data=picture, on_picked_change=on_picked, on_replay_change=on_replay)


def told(key: str, what: str) -> dict[str, Any]:
    """What the browser said in this run: of "picked" {"id"}, of "replay" {"on"}; empty when it said nothing."""
    said = st.session_state.get(key)
    found = said.get(what) if said else None
    return dict(found) if isinstance(found, dict) else {}
