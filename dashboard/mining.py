"""How did the cases flow? Every call of the pages on process_mining, cached by (build id, scope, cohort).

The same discipline as `data.py`: the scope narrows the cohort before the cache and is part of every key (fault 83).
Never holds SQL and never decides what a map means.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from control_tower import settings, warehouse
from control_tower.errors import NotAvailable
from dashboard import data
from dashboard.components import csv
from process_mining import (
    approval,
    bottleneck,
    case_list,
    delay_reason,
    directly_follows,
    event_log,
    kept_cases,
    ocel_export,
    performance,
    queue_at,
    replay,
    rework,
    service_map,
    stay,
    step_times,
    variants,
)
from process_mining.case_list import MAX_ROWS, CasePage
from process_mining.cohort import Cohort
from process_mining.directly_follows import Map
from process_mining.stay import Stay


@dataclass(frozen=True, slots=True)
class Mining:
    """The flow of one build as one user may see it, of one cohort."""

    reader: data.Reader
    cohort: Cohort
    collapsed: bool = False
    """Whether the map takes a step that comes again at once as one."""

    def views(self) -> list[str]:
        """The object types that can be the case, the most frequent first."""
        found: list[str] = self._call("views", Cohort())
        return found

    def map(self) -> Map:
        """The whole map with its times. Raises NotAvailable when the filters say nothing about this view's cases."""
        found: Map = self._call("map", self.cohort, collapsed=self.collapsed)
        return found

    def writes_starts(self) -> bool:
        """Whether the log says of any work when it began."""
        found: bool = self._call("writes_starts", Cohort())
        return found

    def service(self) -> service_map.ServiceMap:
        """The map of pieces of work: service on steps, waiting on paths; nothing where no start has its complete."""
        found: service_map.ServiceMap = self._call("service", self.cohort)
        return found

    def stays(self) -> tuple[Stay, ...]:
        """How long cases stay after each activity, the largest total first."""
        found: tuple[Stay, ...] = self._call("stays", self.cohort, collapsed=self.collapsed)
        return found

    def settled(self) -> frozenset[str]:
        """Activities after which a case is fixed, and only its record is open."""
        found: frozenset[str] = self._call("settled", Cohort())
        return found

    def waits(self) -> tuple[Stay, ...]:
        """The stays in which something is waited for: those after the fix left out."""
        return tuple(one for one in self.stays() if one.activity not in self.settled())

    def cases(self, limit: int = 50) -> CasePage:
        """How many cases there are, and the first of them, longest first."""
        found: CasePage = self._call("cases", self.cohort, limit=limit)
        return found

    def events(self) -> int:
        """How many events the cases have."""
        found: int = self._call("events", self.cohort)
        return found

    def all_cases(self) -> pd.DataFrame:
        """All of them for a file; too large for the cache."""
        rows: list[Any] = []
        while len(rows) < csv.MOST_ROWS:
            page: CasePage = _answer(self._asked("cases", self.cohort, {"limit": MAX_ROWS, "offset": len(rows)}))
            rows += [asdict(row) for row in page.rows]
            if len(page.rows) < MAX_ROWS:
                break
        return pd.DataFrame(rows)

    def log(self, ending: str) -> bytes:
        """All events of the cases as a file: "xes", "csv", or with their objects "json", "xml"; too large for the cache."""
        found: bytes = _answer(self._asked("log", self.cohort, {"ending": ending}))
        return found

    def path_times(self, source: str, target: str) -> pd.DataFrame:
        """How often a path took how long, in bins; observed times only."""
        found: pd.DataFrame = self._call(
            "path_times", self.cohort, source=source, target=target, collapsed=self.collapsed
        )
        return found

    def stay_curve(self, activity: str) -> pd.DataFrame:
        """The share still waiting so long after an activity, with its band."""
        found: pd.DataFrame = self._call("stay_curve", self.cohort, activity=activity, collapsed=self.collapsed)
        return found

    def traces(self) -> list[replay.Trace]:
        """The steps of a sample of cases, the same in every run."""
        found: list[replay.Trace] = self._call("traces", self.cohort)
        return replay.collapsed(found) if self.collapsed else found

    def variants(self, limit: int, offset: int, max_steps: int) -> variants.VariantPage:
        """Some of the ways that the cases take, the most frequent first, and how many are not among them."""
        found: variants.VariantPage = self._call(
            "variants", self.cohort, limit=limit, offset=offset, max_steps=max_steps
        )
        return found

    def rework(self) -> rework.Rework:
        """What is done more than once, and what goes to and fro."""
        found: rework.Rework = self._call("rework", self.cohort)
        return found

    def bottlenecks(self) -> bottleneck.Bottlenecks:
        """Steps and paths by all time that passes there, open cases included."""
        found: bottleneck.Bottlenecks = self._call("bottlenecks", self.cohort)
        return found

    def performance(self) -> performance.Performance:
        """Waiting apart from service, where the log writes starts."""
        found: performance.Performance = self._call("performance", self.cohort)
        return found

    def queue_length(self, activity: str) -> tuple[queue_at.QueueLength, ...]:
        """How many cases stood in the line after a step, over time."""
        found: tuple[queue_at.QueueLength, ...] = self._call("queue_length", self.cohort, activity=activity)
        return found

    def loads(self, activity: str) -> tuple[queue_at.Load, ...]:
        """Who ends the waiting after a step, and how busy they are."""
        found: tuple[queue_at.Load, ...] = self._call("loads", self.cohort, activity=activity)
        return found

    def waiting_cases(self, activity: str) -> tuple[queue_at.WaitingCase, ...]:
        """The cases behind a line, the longest waiting first."""
        found: tuple[queue_at.WaitingCase, ...] = self._call("waiting_cases", self.cohort, activity=activity)
        return found

    def delay_reasons(self) -> delay_reason.DelayReasons:
        """All waiting by declared reason."""
        found: delay_reason.DelayReasons = self._call("delay_reasons", self.cohort)
        return found

    def approvals(self) -> approval.ApprovalLatency:
        """How long approvals take, and with whom. Raises NotAvailable where nothing asks for one."""
        found: approval.ApprovalLatency = self._call("approvals", self.cohort)
        return found

    def of(self, cohort: Cohort) -> "Mining":
        """The same build and user, another cohort."""
        return Mining(self.reader, cohort, self.collapsed)

    def _call(self, what: str, cohort: Cohort, **bound: Any) -> Any:
        asked = self._asked(what, cohort, bound)
        return given(_cached(repr(asked), asked))

    def _asked(self, what: str, cohort: Cohort, bound: dict[str, Any]) -> "_Asked":
        reader = self.reader
        narrowed = cohort.limited_to(reader.scope)
        return _Asked(reader.home, reader.build_id, reader.scope, what, narrowed, tuple(sorted(bound.items())))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call, completely: its `repr` is its key in the cache, so nothing can be left out of the key."""

    home: str
    build_id: str
    scope: data.Scope
    what: str
    cohort: Cohort
    bound: tuple[tuple[str, Any], ...]


def _log(build: warehouse.Build, cohort: Cohort, ending: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="tower-log-") as folder:
        path = Path(folder) / f"log.{ending}"
        write = event_log.write_log if ending in ("xes", "csv") else ocel_export.write
        write(build, cohort, path)
        return path.read_bytes()


_ANSWERS: Final[Mapping[str, Callable[..., Any]]] = {
    "views": lambda build, cohort: kept_cases.views(build),
    "map": lambda build, cohort, collapsed: directly_follows.dfg(build, cohort, with_times=True, collapsed=collapsed),
    "writes_starts": lambda build, cohort: service_map.writes_starts(build),
    "service": service_map.service_map,
    "stays": stay.stays,
    "settled": lambda build, cohort: delay_reason.settled(build),
    "cases": case_list.cases,
    "events": case_list.event_count,
    "log": _log,
    "path_times": step_times.gaps,
    "stay_curve": step_times.stay_curve,
    "traces": replay.traces,
    "variants": variants.variants,
    "rework": rework.rework,
    "bottlenecks": bottleneck.bottlenecks,
    "performance": performance.performance,
    "queue_length": queue_at.queue_length,
    "loads": queue_at.loads,
    "waiting_cases": queue_at.waiting_cases,
    "delay_reasons": delay_reason.delay_reasons,
    "approvals": approval.approval_latency,
}


@st.cache_data(max_entries=600, show_spinner=False)
def _cached(key: str, _asked: _Asked) -> Any:
    try:
        return _answer(_asked)
    except NotAvailable as refused:
        return refused


def given(found: Any) -> Any:
    """What a cache holds. That there is nothing to say is kept as an answer, for it takes as long to find; here it is raised."""
    if isinstance(found, NotAvailable):
        raise found
    return found


def _answer(asked: _Asked) -> Any:
    build = warehouse.open_build(settings.at(asked.home), asked.build_id)
    return _ANSWERS[asked.what](build, asked.cohort, **dict(asked.bound))
