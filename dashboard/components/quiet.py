"""How is small print written? In the theme's grey, which keeps a contrast of 4.5:1 in both modes.

Streamlit's own caption fades the text to 60 %, which does not. Text comes escaped (`plain.as_text`) or is ours.
"""

import streamlit as st


def text(markdown: str) -> str:
    """The same markdown, small and grey."""
    return f":small[:gray[{markdown}]]"


def line(markdown: str, help: str | None = None) -> None:
    """One line of small print."""
    st.markdown(text(markdown), help=help)
