"""Can these numbers be trusted? What was read, what was refused and why, and what waits for a person."""

import streamlit as st

from dashboard import answers, data, filters
from dashboard.components import health, plain, tile

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
        st.caption("Your filters are kept, but this page shows the whole build.")
<<<<<<< HEAD
    passed = head.read_rows - head.refused_rows
    files = reader.frame("ledger")
    tile.row(
        [
            tile.Tile(
                "Data quality",
                theme.percent(passed, head.read_rows, 2) if head.read_rows else None,
                f"{theme.count(passed)} of {theme.count(head.read_rows)} rows read"
                if head.read_rows
                else "no rows were read.",
                "Rows that passed the gate ÷ rows read, over every file of this build (K58). A duplicate has passed.",
            ),
            tile.Tile(
                "In quarantine",
                theme.count(head.refused_rows),
                "rows",
                "Rows refused with a reason, kept byte for byte.",
            ),
            tile.Tile(
                "Files that add up",
                f"{int(files['is_proven'].sum())} of {len(files)}" if len(files) else None,
                "read = loaded + refused + duplicate" if len(files) else "no file was loaded.",
                "Files in which every row read is loaded, refused or a duplicate, once.",
            ),
            tile.Tile(
                "Codes to map",
                theme.count(len(unmapped)),
                "local codes",
                "Local codes that no code map covers (ING-06).",
            ),
            tile.Tile(
                "Audits not green",
                theme.count(broken),
                f"of {len(audits)}",
                "Audit rules that some row of this build breaks.",
            ),
        ]
    )
    names = ("Sources", "Files", "Quarantine", "Work lists", "Audits", "Builds")
    shows = (health.freshness, health.ledger, health.quarantine, health.work_lists, health.audits, health.builds)
    for tab, show in zip(st.tabs(names), shows, strict=True):
=======
    tile.row(health.tiles(reader, head))
    for tab, show in zip(st.tabs(list(SECTIONS)), SECTIONS.values(), strict=True):
>>>>>>> e934ebb (Keep the pages within the house's sizes)
        with tab:
            show(reader)


main()
