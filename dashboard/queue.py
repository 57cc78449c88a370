"""What is to be done first? The work queue and single cases as the pages read them: facts from the cache, decisions anew.

The store is asked at every run, because decisions count at once; what is computed from it is cached by what it said. Never
holds SQL and never writes.
"""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.filters import Filters
from control_tower.services import triaging
from control_tower.services.triaging import Asked, Laid
from control_tower.triage import sla
from dashboard import data, identity


def lay() -> Laid:
    """What was decided until now, as the user of this tab may see it (fault 80)."""
    return triaging.lay(identity.store(), identity.current())


def page(reader: data.Reader, laid: Laid, state: Filters, asked: Asked) -> pd.DataFrame:
    """One page of the queue under the filters; the first row holds the totals also when there is no exception."""
    return triaging.queue(reader.frame, laid, asked, replace(state, state=""), _clocks(reader, laid))


def totals(reader: data.Reader, laid: Laid, state: Filters) -> dict[str, Any]:
    """How many are in each part of the queue, how many are late, and what they put at risk."""
    row = page(reader, laid, state, Asked("all", row_limit=0)).iloc[0]
    return {str(name): value for name, value in row.items()}


def case(reader: data.Reader, laid: Laid, exception_id: str) -> dict[str, Any] | None:
    """One exception with score, owner and money; None when the build does not show it to this user."""
    return triaging.case(reader.frame, laid, exception_id)


def clocks(reader: data.Reader, laid: Laid, row: dict[str, Any]) -> list[sla.Clock]:
    """The three clocks of one exception."""
    return triaging.clocks_of(row, laid, triaging.load_calendars(reader.frame))


def _clocks(reader: data.Reader, laid: Laid) -> str:
    """The next clock of everything open, computed once per minute, build, policy and state of the store."""
    minute = laid.now.replace(second=0, microsecond=0)
    as_of = reader.header().as_of
    judged = sla.present(as_of, minute, laid.policy.rules.sla) if as_of else minute
    decided = sorted((key, at) for key, at in laid.decided.items())
    spans = [] if not laid.pauses else sorted((key, spans) for key, spans in laid.pauses.items())
    key = repr((reader, laid.policy.hash, laid.worked, spans if laid.paused == frozenset() else (spans, minute),
                decided, judged))  # fmt: skip
    return _computed(key, reader, laid)


@st.cache_data(max_entries=20, show_spinner=False)
def _computed(key: str, _reader: data.Reader, _laid: Laid) -> str:
    return triaging.open_clocks(_reader.frame, _laid)
