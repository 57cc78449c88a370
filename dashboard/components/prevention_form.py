"""How does a finding become an entry of the prevention backlog? A form that carries the finding as its evidence."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.analysis.root_cause import RootCause
from control_tower.filters import Filters
from control_tower.services import backlog
from control_tower.services.backlog import CHANGE_KINDS, Finding
from control_tower.workflow.rights import Action
from dashboard import actions, data, identity, theme
from dashboard.components import plain, proposal_actions, quiet

_NUMBERS = ("failed", "exposed", "rate", "rest_rate", "difference", "low", "high", "ratio", "amount_recoverable")
_MOST = 100


def offer(found: pd.DataFrame, result: RootCause, state: Filters) -> None:
    """A popover to put one of the findings on the backlog; who may not is told why. `found` has `words` (their place)."""
    if found.empty:
        return
    why = proposal_actions.lacking(identity.current(), Action.BACKLOG_ADD)
    help_words = f"Disabled: {why}" if why else "The finding goes along as evidence, and its own rate is measured later"
    with st.popover("Make a finding a prevention entry", icon=":material/shield:", disabled=bool(why), help=help_words):
        rows = found.head(_MOST).reset_index(drop=True)
        place = st.selectbox(
            "Finding", range(len(rows)), format_func=lambda n: title(rows.loc[n].to_dict()), key="prevent_finding"
        )
        st.text_input("Owner", key="prevent_owner", max_chars=200)
        st.text_input("Intended change", key="prevent_change", max_chars=500)
        st.selectbox("Kind of change", CHANGE_KINDS, format_func=theme.words, key="prevent_kind")
        st.text_input("Why now (optional)", key="prevent_reason", max_chars=500)
        row = rows.loc[place].to_dict()
        quiet.line(plain.as_text(_says(row)))
        st.button("Add to the prevention backlog", type="primary", key="prevent_add", on_click=_add,
                  args=(title(row), evidence(row, result, state)))  # fmt: skip
        st.page_link("app_pages/prevention_backlog.py", label="Open the prevention backlog", icon=":material/shield:")


def title(row: Mapping[Any, Any]) -> str:
    """A finding in one line: "Short pick at site Lyon DC"."""
    return f"{row['type_title'] or 'Any exception'}: {row['words']}"


def evidence(row: Mapping[Any, Any], result: RootCause, state: Filters) -> dict[str, Any]:
    """What the analysis showed, complete enough to count the same thing again in a later build."""
    pairs = ((row["dimension"], row["key"]), (row["other_dimension"], row["other_key"]))
    reader = data.reader()
    return {
        "type_code": str(row["type_code"]), "exposure": str(row["exposure"]), "verdict": str(row["verdict"]),
        "values": {name: key for name, key in pairs if isinstance(name, str) and isinstance(key, str)},
        "sites": list(state.limited_to(reader.scope).site_id), "build_id": reader.build_id,
        "since": result.span.since.isoformat(), "until": result.span.until.isoformat(),
        **{name: stated(row[name]) for name in _NUMBERS},
    }  # fmt: skip


def stated(value: Any) -> float | None:
    """A number as evidence keeps it; None for what is unknown or endless (elsewhere nothing failed)."""
    return round(float(value), 6) if value is not None and isfinite(value) else None


def _says(row: Mapping[Any, Any]) -> str:
    rates = f"{1000 * row['rate']:.1f} per 1,000 against {1000 * row['rest_rate']:.1f} elsewhere"
    return f"Carried along: {theme.count(row['failed'])} of {theme.count(row['exposed'])}, {rates}, verdict {row['verdict']}."


def _add(words: str, carried: dict[str, Any]) -> None:
    session = st.session_state
    owner, change = (str(session.get(name) or "").strip() for name in ("prevent_owner", "prevent_change"))
    finding = Finding(words, owner, change, str(session.get("prevent_kind")), carried)
    done = f"On the prevention backlog: {words}"
    actions.act(done, backlog.add, finding, reason=str(session.get("prevent_reason") or ""))
