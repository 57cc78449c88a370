"""What does the current build say? Every read of the pages, cached by (build id, scope, filters).

One script run sees one build: `begin` resolves the published build once, pages and fragments get it by id
(fault 57). The user's scope narrows the filters here, before the cache, and is part of every key, so that
nobody is served a frame that was computed for somebody else's rights (fault 83). Never holds SQL.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from control_tower import builds, settings, warehouse
from control_tower.errors import BuildError
from control_tower.filters import Filters
from dashboard import period

Scope = tuple[str, ...] | None
_KEY = "build_of_this_run"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above every page. `quality` = rows that passed the gate ÷ rows read (K58), 0–1."""

    build_id: str
    as_of: datetime | None
    currency: str
    small_sample: int
    code_version: str
    newest_ingest_at: datetime | None
    source_count: int
    read_rows: int
    refused_rows: int


@dataclass(frozen=True, slots=True)
class Reader:
    """The facts of one build as one user may see them."""

    home: str
    build_id: str
    scope: Scope = None

    def frame(self, name: str, filters: Filters | None = None, **bound: Any) -> pd.DataFrame:
        """The rows of `control_tower/reads/<name>.sql`; at most 1,000 of them (fault 93).

        Raises ControlTowerError when the watchdog stopped the query (fault 94).
        """
        asked = self._asked(name, filters, bound)
        return _cached(repr(asked), asked)

    def row(self, name: str, filters: Filters | None = None, **bound: Any) -> dict[str, Any]:
        """The only row of a read as a dict with None for what is missing; empty dict when there is none."""
        frame = self.frame(name, filters, **bound)
        return {} if frame.empty else {str(key): _plain(value) for key, value in frame.iloc[0].items()}

    def export(self, name: str, filters: Filters | None = None, **bound: Any) -> pd.DataFrame:
        """The rows of a read for a file; too large for the cache."""
        return _read(self._asked(name, filters, bound))

    def _asked(self, name: str, filters: Filters | None, bound: dict[str, Any]) -> "_Asked":
        narrowed = (filters or Filters()).limited_to(self.scope)
        return _Asked(self.home, self.build_id, self.scope, name, narrowed, tuple(sorted(bound.items())))

    def recent(self, header: Header) -> period.Recent:
        """How much happened lately in the whole build, whatever the filters: it chooses the default period."""
        if header.as_of is None:
            return period.Recent(None)
        until = datetime.combine(header.as_of.date() + timedelta(days=1), time.min)
        row = self.row("recent", until=until)
        rows = tuple((days, int(row[f"days_{days}"])) for days in (28, 91, 182))
        return period.Recent(
            header.as_of, rows, row["first_at"].date() if row["first_at"] else None, header.small_sample
        )

    def header(self) -> Header:
        """What stands above every page."""
        row = self.row("header")
        return Header(
            build_id=self.build_id,
            as_of=row.get("as_of"),
            currency=row.get("reporting_currency") or "",
            small_sample=int(row.get("small_sample") or 0),
            code_version=row.get("code_version") or "",
            newest_ingest_at=row.get("newest_ingest_at"),
            source_count=int(row.get("source_count") or 0),
            read_rows=int(row.get("read_rows") or 0),
            refused_rows=int(row.get("refused_rows") or 0),
        )


def begin(scope: Scope) -> Reader:
    """Resolve the published build for this script run, as seen by somebody who may see these sites (None = all).

    Raises BuildError when there is none or it is damaged.
    """
    here = settings.current()
    build = warehouse.open_current(here)
    reader = Reader(str(here.home), build.id, scope)
    st.session_state[_KEY] = reader
    return reader


def reader() -> Reader:
    """The build that `begin` resolved for this run. Raises BuildError outside a run of the app."""
    if _KEY not in st.session_state:
        raise BuildError("no build was opened for this run; start the pages with `tower serve`")
    found: Reader = st.session_state[_KEY]
    return found


def is_loaded() -> bool:
    """Whether a build is published at all, readable or not."""
    return builds.current_id(settings.current().builds) is not None


def known_builds() -> list[builds.BuildInfo]:
    """Every published build on disk, newest first."""
    return builds.existing(settings.current().builds)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One read, completely: its `repr` is its key in the cache, so nothing can be left out of the key."""

    home: str
    build_id: str
    scope: Scope
    name: str
    filters: Filters
    bound: tuple[tuple[str, Any], ...]


@st.cache_data(max_entries=400, show_spinner=False)
def _cached(key: str, _asked: _Asked) -> pd.DataFrame:
    return _read(_asked)


def _read(asked: _Asked) -> pd.DataFrame:
    build = warehouse.open_build(settings.at(asked.home), asked.build_id)
    return build.read(asked.name, asked.filters, **dict(asked.bound))


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value
