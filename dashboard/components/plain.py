"""How does a value from a file become text on a page? With everything that markdown or HTML reads escaped.

Labels, captions and buttons of Streamlit read markdown, images included, and Plotly reads a little HTML:
a site's name could fetch a picture from another host (fault 89). Never mark anything up here.
"""

import html
import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&\"'/@])")
_SPACE = re.compile(r"\s+")


def as_text(value: object) -> str:
    """Markdown that shows exactly this value, in one line."""
    return _MARKUP.sub(r"\\\1", _SPACE.sub(" ", str(value))).strip()


def as_figure_text(value: object, longest: int = 32) -> str:
    """A label for a Plotly figure that shows exactly this value, cut in the middle of nothing."""
    text = _SPACE.sub(" ", str(value)).strip()
    text = text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
    return html.escape(text, quote=False)
