"""What does a drawn process look like, and where was it left? The Streamlit component around the bundled bpmn-js viewer.

The bundle in built/ is made from frontend/ (`make bpmn-view`); its watermark stays visible, as its licence asks. It draws
what it is given and asks no host for anything.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

NAME = "control_tower.bpmn_view"


def built(name: str) -> str:
    """One file of the bundle as text."""
    return (files(__package__) / "built" / name).read_text(encoding="utf-8")


@cache
def _mount() -> Callable[..., Any]:
    return st.components.v2.component(NAME, js=built("bpmn_view.js"), css=built("bpmn_view.css"))


def show(xml: str, title: str, marks: list[dict[str, str]], key: str) -> None:
    """Draw a process; marks: {node, kind "skipped" or "inserted", words, title} at the step they speak of."""
    _mount()(key=key, data={"xml": xml, "title": title, "marks": marks})
