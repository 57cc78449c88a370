"""Where does the sentence that answers a page stand while the page is still computing? A skeleton keeps its place.

Never says what the answer is: answers.py and its neighbours do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import streamlit as st

LINE = 56
"""Pixels: two lines of text, what most answers take."""
_pending: ContextVar[list[Any] | None] = ContextVar("pending", default=None)


def reserved() -> Any:
    """The place of the answer: a skeleton until `.markdown(…)` fills it, nothing when the page ends without one."""
    place = st.skeleton(height=LINE)
    pending = _pending.get()
    if pending is not None:
        pending.append(place)
    return _Slot(place, pending)


@contextmanager
def settled() -> Iterator[None]:
    """Around a page: when it ends, however it ends, no skeleton goes on promising."""
    pending: list[Any] = []
    before = _pending.set(pending)
    try:
        yield
    finally:
        _pending.reset(before)
        for place in pending:
            place.empty()


class _Slot:
    """One answer's place; filled once or more."""

    def __init__(self, place: Any, pending: list[Any] | None) -> None:
        self._place, self._pending = place, pending

    def markdown(self, text: str) -> None:
        """Put the answer where the skeleton was; `text` comes escaped (plain.as_text)."""
        self._place.markdown(text)
        if self._pending is not None and self._place in self._pending:
            self._pending.remove(self._place)
