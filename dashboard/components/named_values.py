"""Which gains of the tower stand in no figure? Named as text, because nobody agreed on a formula (EXE-06). Never a number."""

import streamlit as st

from dashboard.components import quiet

NAMED = ("Faster collections", "lower cost of handling deductions", "tighter finance control", "resilience")


def show() -> None:
    """The values without a formula, as text."""
    st.subheader("Gained, and in no figure above", anchor=False)
    quiet.line(
        f"{', '.join(NAMED[:-1])} and {NAMED[-1]}: values without an agreed formula, so they are named and not counted."
    )
