"""How did the data get here, and what waits for a person? The sections of the data health page."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data, filters, theme
from dashboard.components import csv, plain, quiet, table, tile

ROWS = 100


def tiles(reader: data.Reader, head: data.Header) -> list[tile.Tile]:
    """Quality, quarantine, ledger proof, codes to map, audits: the five numbers of this page."""
    audits, files = reader.frame("audit"), reader.frame("ledger")
    broken, passed = int((audits["broken_rows"] > 0).sum()), head.read_rows - head.refused_rows
    return [
        tile.Tile(
            "Data quality",
            theme.percent(passed, head.read_rows, 2) if head.read_rows else None,
            f"{theme.count(passed)} of {theme.count(head.read_rows)} rows read"
            if head.read_rows
            else "no rows were read.",
            "Rows that passed the gate ÷ rows read, over every file of this build (K58). A duplicate has passed.",
        ),
        tile.Tile(
            "In quarantine", theme.count(head.refused_rows), "rows", "Rows refused with a reason, kept as they came."
        ),
        tile.Tile(
            "Files that add up",
            f"{int(files['is_proven'].sum())} of {len(files)}" if len(files) else None,
            "read = loaded + refused + duplicate" if len(files) else "no file was loaded.",
            "Files in which every row read is loaded, refused or a duplicate, once.",
        ),
        tile.Tile(
            "Codes to map",
            theme.count(len(reader.frame("unmapped_code"))),
            "local codes",
            "Local codes that no code map covers (ING-06).",
        ),
        tile.Tile("Audits not green", theme.count(broken), f"of {len(audits)}", "Audit rules that some row breaks."),
    ]


def freshness(reader: data.Reader) -> None:
    """One row per source: its clock, its newest load, how much passed."""
    rows = reader.frame("source_freshness")
    rows["passed"] = [
        theme.percent(read - refused, read, 2) if read else "no rows"
        for read, refused in zip(rows["read_rows"], rows["refused_rows"], strict=True)
    ]
    quiet.line("The stalest source first. Durations are measured against each source's own clock.")
    columns = {
        "title": "Source", "source_system": "System", "latency": "Latency class", "as_of": "Newest event, UTC",
        "newest_ingest_at": "Newest load, UTC", "file_count": "Files", "read_rows": "Rows read", "passed": "Passed",
        "time_zone": "Time zone",
    }  # fmt: skip
    table.plain_rows(rows, columns, "sources")


def ledger(reader: data.Reader) -> None:
    """One row per file: read = loaded + refused + duplicate, with the proof."""
    rows = reader.frame("ledger")
    if rows.empty:
        quiet.line("No file was loaded into this build.")
        return
    unproven = int((~rows["is_proven"].astype(bool)).sum())
    proof = "every row read is accounted for once" if not unproven else f"{unproven} files do not add up"
    quiet.line(
        f"{theme.count(rows['file_count'].iloc[0])} files, newest first; read = loaded + refused + duplicate: {proof}."
    )
    rows["size"] = [theme.size(value) for value in rows["size_bytes"]]
    columns = {
        "file": "File", "source_system": "System", "read_rows": "Read", "loaded_rows": "Loaded", "refused_rows": "Refused",
        "duplicate_rows": "Duplicate", "is_proven": "Adds up", "superseded_rows": "Superseded", "size": "Size",
        "loaded_at": "Loaded, UTC", "loaded_by": "By", "load_id": "Load", "warning": "Warning", "sha256_start": "SHA-256",
    }  # fmt: skip
    table.plain_rows(rows, columns, "files", height=420)
    csv.button("CSV of the files", "files", lambda: rows, "csv_files")


def quarantine(reader: data.Reader) -> None:
    """Refusals by reason, then row by row; narrowed by source, rule and text."""
    totals = reader.frame("quarantine_total")
    if totals.empty:
        quiet.line("No row was refused.")
        return
    columns = {
        "source_system": "System", "raw_table": "Table", "column_name": "Column", "rule": "Rule", "refusals": "Refusals",
        "refused_rows": "Rows", "repaired": "Repaired since",
    }  # fmt: skip
    table.plain_rows(totals, columns, "quarantine_totals", height=220)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = _choice("System", "qsource", sorted(totals["source_system"].unique()))
        rule = _choice("Rule", "qrule", sorted(totals["rule"].unique()))
        text = st.text_input("Contains", key="quarantine_text", max_chars=200, width=220)
    bound: dict[str, Any] = {"source": source, "rule": rule, "text": text.strip()}
    rows = reader.frame("quarantine_row", row_limit=ROWS, skip=0, **bound)
    if rows.empty:
        quiet.line("No refusal matches. Remove the rule, the system or the text.")
        return
    columns = {
        "file": "File", "file_line": "Line", "column_name": "Column", "value": "Value found", "reason": "What is wrong",
        "rule": "Rule", "raw_table": "Table", "is_repaired": "Repaired",
    }  # fmt: skip
    table.plain_rows(rows, columns, "quarantine_rows", height=420)
    n = int(rows["refusal_count"].iloc[0])
    shown = f"The first {ROWS} of {theme.count(n)} refusals." if n > ROWS else f"{theme.count(n)} refusals."
    quiet.line(shown)
    all_rows = partial(reader.export, "quarantine_export", row_limit=csv.MOST_ROWS, **bound)
    csv.button("CSV of these refusals", "quarantine", all_rows, "csv_quarantine")


def work_lists(reader: data.Reader) -> None:
    """What a person has to map, send again or look at."""
    _list(reader, "unmapped_code", "Local codes that nothing maps", "Every local code is mapped.", {
        "source_system": "System", "kind": "Kind", "local_code": "Local code", "row_count": "Rows that wait",
        "first_seen_at": "First seen, UTC", "last_seen_at": "Last seen, UTC",
    })  # fmt: skip
    _list(reader, "parked_row", "Rows that wait for something that has not come", "No row waits for another.", {
        "source_system": "System", "relation": "Rows of", "missing_relation": "Wait for", "waiting_rows": "Rows",
        "missing_ids": "Different ids", "example_missing_id": "For example", "example_row": "Needed by",
    })  # fmt: skip
    _list(reader, "load_conflict", "Older versions that a newer row replaced", "No row came in two versions.", {
        "row_key": "Key", "source_system": "System", "raw_table": "Table", "older_file": "Older file",
        "older_line": "Line", "kept_file": "Kept file", "kept_line": "Kept line", "old_row": "Older version",
    })  # fmt: skip
    _list(reader, "suspicious_id", "Ids that look like another or hide characters", "No id is suspicious.", {
        "suspicious_id": "Id", "written_out": "Written out", "relation": "In", "why": "Why",
    })  # fmt: skip


def audits(reader: data.Reader) -> None:
    """One row per audit rule, broken ones first."""
    rows = reader.frame("audit")
    if rows.empty:
        quiet.line("No audit has run on this build.")
        return
    rows["verdict"] = ["green" if not n else "blocks" if blocks else "look" for n, blocks in
                       zip(rows["broken_rows"], rows["blocks_publishing"], strict=True)]  # fmt: skip
    columns = {"title": "Rule", "verdict": "Verdict", "broken_rows": "Rows that break it", "example": "For example",
               "audit_name": "Name"}  # fmt: skip
    table.plain_rows(rows, columns, "audits", height=420)


def builds(reader: data.Reader) -> None:
    """The builds on disk, newest first; the one these pages show is marked."""
    found = data.known_builds()
    rows = pd.DataFrame(
        {
            "build": [info.manifest.build_id for info in found],
            "is_shown": [info.manifest.build_id == reader.build_id for info in found],
            "is_published": [info.is_current for info in found],
            "made_at": pd.to_datetime([info.manifest.made_at for info in found], utc=True),
            "files": [len(info.manifest.files) for info in found],
            "size": [theme.size(info.size_bytes) for info in found],
            "policy": [info.manifest.policy_version for info in found],
            "code": [info.manifest.code_version for info in found],
        }
    )
    columns = {"build": "Build", "is_shown": "Shown here", "is_published": "Published", "made_at": "Made, UTC",
               "files": "Files", "size": "Size", "policy": "Policy", "code": "Code"}  # fmt: skip
    table.plain_rows(rows, columns, "builds", height=420)
    quiet.line("`tower rollback BUILD` publishes an older one again; `tower builds` lists them.")


def _choice(label: str, word: str, options: list[str]) -> str:
    value = filters.local(word, dict.fromkeys(options, ""))
    st.session_state[f"choice_{word}"] = value
    st.selectbox(
        label, ["", *options], key=f"choice_{word}", format_func=lambda option: option or "All", width=180,
        on_change=lambda: filters.set_local(word, st.session_state[f"choice_{word}"]),
    )  # fmt: skip
    return value


def _list(reader: data.Reader, name: str, title: str, none: str, columns: dict[str, str]) -> None:
    rows = reader.frame(name)
    if name == "suspicious_id":
        rows["written_out"] = [str(value).encode("unicode_escape").decode("ascii") for value in rows[name]]
    st.markdown(f"**{plain.as_text(title)}**")
    if rows.empty:
        quiet.line(none)
        return
    table.plain_rows(rows, columns, name, height=240)
    csv.button("CSV", name, lambda: rows, f"csv_{name}")
