"""Is a value from a file shown as exactly its characters, wherever markdown or HTML is read?"""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.plain import as_figure_text, as_text

DASHBOARD = Path(__file__).resolve().parents[2] / "dashboard"
MARKUP = "\\`*_{}[]()#+-.!|<>~$:^=&\"'/@"


@given(st.text(st.sampled_from(MARKUP + "abc 1\n"), max_size=60))
def test_every_character_that_markdown_reads_is_escaped(value: str) -> None:
    """# fault 89"""
    shown = as_text(value)
    assert re.sub(r"\\(.)", r"\1", shown) == " ".join(value.split())
    assert not set(re.sub(r"\\.", "", shown)) & set(MARKUP)


@given(st.text(max_size=60))
def test_a_label_of_a_figure_holds_no_tag(value: str) -> None:
    """# fault 89: Plotly reads a little HTML, links included."""
    shown = as_figure_text(value)
    assert "<" not in shown
    assert ">" not in shown
    assert len(html.unescape(shown)) <= 32


@pytest.mark.parametrize("path", sorted(DASHBOARD.rglob("*.py")), ids=lambda path: path.stem)
def test_no_page_lets_html_through(path: Path) -> None:
    """# fault 89"""
    text = path.read_text(encoding="utf-8")
    assert "unsafe_allow_html" not in text
    assert "unsafe_allow_javascript" not in text
    assert "st.html" not in text
    assert "components.v1" not in text
