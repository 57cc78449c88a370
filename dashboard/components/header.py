"""Whose facts are these and how fresh? The line above every page, and the one below it."""

import streamlit as st

from dashboard import data, source_code, theme
from dashboard.components import plain, quiet

LICENCE = "https://www.gnu.org/licenses/agpl-3.0.html"


def show(header: data.Header) -> None:
    """Product, as-of, build, freshness and the data-quality score (ING-10)."""
    passed = header.read_rows - header.refused_rows
    score = theme.percent(passed, header.read_rows, 2) if header.read_rows else "not available: no rows read"
    quality_tip = (
        f"{theme.count(passed)} of {theme.count(header.read_rows)} rows read passed the gate; "
        f"{theme.count(header.refused_rows)} wait in quarantine. Open Data health for the reasons."
    )
    facts = {
        "facts as of": theme.moment(header.as_of),
        "loaded": theme.moment(header.newest_ingest_at).removesuffix(" UTC"),
        "build": header.build_id,
        "data quality": score,
    }
    line = " · ".join(f"{name} **{plain.as_text(fact)}**" for name, fact in facts.items())
    quiet.line(line[0].upper() + line[1:], help=plain.as_text(quality_tip))


def footer(header: data.Header) -> None:
    """Licence, source and version; what holds for every number above."""
    st.divider()
    quiet.line(
        f"Order exception control tower {plain.as_text(header.code_version)} · [AGPL-3.0-or-later]({LICENCE}) · "
        f"times in UTC · money in {plain.as_text(header.currency)}, once per order line"
    )
    st.download_button(
        "Source code of this version",
        source_code.archive,
        file_name=f"control-tower-{header.code_version}.zip",
        mime="application/zip",
        on_click="ignore",
        type="tertiary",
    )
