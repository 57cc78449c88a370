"""Can these numbers be trusted? What was read, what was refused and why, and what waits for a person."""

import streamlit as st

from dashboard import answers, data, filters
from dashboard.components import health, plain, quiet, tile

SECTIONS = {
    "Sources": health.freshness,
    "Files": health.ledger,
    "Quarantine": health.quarantine,
    "Work lists": health.work_lists,
    "Audits": health.audits,
    "Builds": health.builds,
}


def main() -> None:
    """The quality score, then sources, files, quarantine, work lists, audits, builds."""
    reader = data.reader()
    head = reader.header()
    st.title("Can these numbers be trusted?", anchor=False)
    broken = int((reader.frame("audit")["broken_rows"] > 0).sum())
    st.markdown(plain.as_text(answers.data_health(head, broken, len(reader.frame("unmapped_code")))))
    if not filters.current().is_empty:
        quiet.line("Your filters are kept, but this page shows the whole build.")
    tile.row(health.tiles(reader, head))
    for tab, show in zip(st.tabs(list(SECTIONS)), SECTIONS.values(), strict=True):
        with tab:
            show(reader)


main()
