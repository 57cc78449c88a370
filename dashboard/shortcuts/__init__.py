"""Which keys work on every page? "/" to the search, Escape to close, j and k to the next and the last case. A Streamlit component that draws nothing.

Its JavaScript is handed over as text, as the process map's is. Never put what a key does to data here: a key only
presses what a mouse could.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

NAME = "control_tower.shortcuts"


@cache
def _mount() -> Callable[..., Any]:
    script = (files(__package__) / "shortcuts.js").read_text(encoding="utf-8")
    return st.components.v2.component(NAME, js=script)


def listen() -> None:
    """Let the keys work on this page."""
    _mount()(key="shortcuts")
