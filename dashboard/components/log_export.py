"""How do the cases that are looked at leave as an event log? XES, CSV and OCEL 2.0, made when they are asked for."""

from functools import partial
from typing import Final

import streamlit as st

from dashboard import theme
from dashboard.components import plain, quiet
from dashboard.mining import Mining

MOST_EVENTS: Final = 200_000
"""A file made in the server's memory holds at most so many; the command line writes any number."""
_CASES: Final = {"XES": ("xes", "application/xml"), "CSV": ("csv", "text/csv")}
_OBJECTS: Final = {"OCEL 2.0, JSON": ("json", "application/json"), "OCEL 2.0, XML": ("xml", "application/xml")}


def cases(mining: Mining, events: int) -> None:
    """All events of the cases that are kept, as a classical log."""
    _buttons(mining, events, _CASES, "mine map")


def two(minings: tuple[Mining, Mining], names: tuple[str, str]) -> None:
    """Both sets of a comparison, each as a log of its own."""
    for mining, name, place in zip(minings, names, ("first", "second"), strict=True):
        _buttons(mining, mining.events(), _CASES, "mine map", (f"{place}_", f" ({plain.as_text(name)})"))


def objects(mining: Mining, events: int) -> None:
    """The same events with every object they touch, and each view as a classical log."""
    _buttons(mining, events, _OBJECTS | _CASES, "mine objects")


def _buttons(
    mining: Mining, events: int, kinds: dict[str, tuple[str, str]], verb: str, part: tuple[str, str] = ("", "")
) -> None:
    """part: which of several logs, in the names of the files and in words."""
    prefix, whose = part
    is_large = events > MOST_EVENTS
    with st.container(horizontal=True, vertical_alignment="center"):
        quiet.line(f"All {theme.count(events)} events{whose} as")
        for label, (ending, kind) in kinds.items():
            st.download_button(
                label, data=partial(mining.log, ending), file_name=f"{mining.cohort.view}_{prefix}log.{ending}", mime=kind,
                key=f"log_{prefix}{ending}", icon=":material/download:", type="tertiary", on_click="ignore", disabled=is_large,
            )  # fmt: skip
        if is_large:
            quiet.line(f"Too many for the browser: narrow the cases, or `tower {verb} --out FILE` writes them all.")
