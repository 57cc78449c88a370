"""Which plan does the workbench look at? The wish of this tab, and the planner's answer to it, cached.

The key holds the build, the policy, the user's scope, what other proposals hold and the whole wish: nobody is served a
plan that was made for somebody else's rights, or for stock that is gone (fault 83). Never decides anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from control_tower import settings
from control_tower.model import Proposal
from control_tower.services import planning, policy, proposals
from control_tower.services.planning import Outlook, Wish
from control_tower.workflow.approval import FINAL
from dashboard import data, identity

_WISH = "workbench_wish"


def wish(exception_ids: tuple[str, ...], replaces: str | None = None) -> Wish:
    """What this tab wishes for these exceptions; a fresh wish when it looked at others before."""
    known: Wish | None = st.session_state.get(_WISH)
    asked = tuple(sorted(set(exception_ids)))
    if known is None or (known.exception_ids, known.replaces) != (asked, replaces):
        known = Wish(asked, replaces=replaces)
        st.session_state[_WISH] = known
    return known


def change(**parts: Any) -> None:
    """Wish something else (a widget's callback)."""
    st.session_state[_WISH] = replace(st.session_state[_WISH], **parts)


def outlook(wished: Wish) -> Outlook:
    """The plan of a wish. Raises NotAllowed and PolicyError as `services.planning.outlook` does."""
    viewer, store = identity.current(), identity.store()
    claims = planning.held(store, wished.replaces)
    asked = (data.reader(), policy.in_force(store).hash, identity.scope(viewer), claims, wished)
    return _outlook(repr(asked), wished)


@st.cache_data(max_entries=50, show_spinner="Planning: every way to serve every line is weighed …")
def _outlook(key: str, _wished: Wish) -> Outlook:
    return planning.outlook(identity.store(), settings.current(), _wished, identity.current())


def named(reader: data.Reader, payload: Mapping[str, Any]) -> pd.DataFrame:
    """Names of the lines and donors of a plan: one row per order line."""
    ids = {row["order_line_id"] for part in ("lines", "donors") for row in payload.get(part, [])}
    return reader.frame("workbench_line", order_line_ids=sorted(ids))


def sites(reader: data.Reader) -> dict[str, str]:
    """Name of every site by its id."""
    places = reader.frame("reallocation_place")
    return dict(zip(places["site_id"], places["name"].fillna(places["site_id"]), strict=True))


def about(exception_ids: tuple[str, ...]) -> list[Proposal]:
    """Every proposal of this user's sites that is about one of these exceptions, last changed first."""
    asked = set(exception_ids)
    return [p for p in proposals.find_all(identity.store(), identity.current()) if asked & set(p.exception_ids)]


def alive(found: list[Proposal]) -> list[Proposal]:
    """Those that are not at their end yet."""
    return [proposal for proposal in found if proposal.state not in FINAL]
