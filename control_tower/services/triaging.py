"""What is to be done first, whose is it and by when? The newest workflow state laid over the facts of a build.

`read` is whatever runs a read of `control_tower/reads` (a build, or the pages' cached reader), already narrowed to the
sites its user may see. Reads only; the verbs are in services.cases.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from control_tower.filters import Filters
from control_tower.model import ExceptionCase, User
from control_tower.policy import Policy
from control_tower.services import ruling
from control_tower.triage import routing, severity, sla
from control_tower.triage.calendar import Calendar, Span
from control_tower.vocabulary import ExceptionStatus
from control_tower.workflow.store.store import Store

Read = Callable[..., pd.DataFrame]
VIEWS = ("todo", "mine", "team", "unassigned", "informational", "all")
SORTS = ("impact", "due", "longest", "newest")
MOST = 20_000
"""Rows that one read of the queue gives at most."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What the store says now, as one user may see it: laid over the facts."""

    policy: Policy
    viewer: User
    now: datetime
    """Naive UTC, as a build keeps instants."""
    cases: Mapping[str, ExceptionCase]
    assigned: frozenset[str]
    pauses: Mapping[str, tuple[Span, ...]]
    paused: frozenset[str]
    decided: Mapping[str, datetime]

    @property
    def worked(self) -> str:
        """The cases as `$worked` of the queue's read."""
        return _text([self._row(key, case) for key, case in self.cases.items()])

    def _row(self, key: str, case: ExceptionCase) -> dict[str, Any]:
        return {
            "exception_id": key,
            "status": str(case.status),
            "team_id": case.owner_team_id,
            "user_id": case.owner_user_id,
            "level": case.escalation_level,
            "is_assigned": key in self.assigned,
            "is_on_hold": case.is_on_hold,
            "is_reopened": case.reopen_count > 0,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of the queue: which view, in which order, from where."""

    view: str = "todo"
    sort: str = "impact"
    row_limit: int = 50
    skip: int = 0
    exception_id: str = ""
    """Only this one, ended or not."""


def lay(store: Store, viewer: User) -> Laid:
    """Everything that was decided until now about exceptions of the viewer's sites."""
    with store.reading() as unit:
        now, policy = unit.now, ruling.in_force(unit)
        cases = {case.exception_id: case for case in unit.cases.all() if viewer.sees(_sites(case.site_id))}
        pauses, assigned = unit.cases.all_pauses(), unit.cases.assigned()
        proposals = [one for one in unit.proposals.all() if one.decided_at and viewer.sees(one.site_ids)]
    decided: dict[str, datetime] = {}
    for one in proposals:
        for key in one.exception_ids:
            at = _naive(one.decided_at or now)
            decided[key] = min(decided.get(key, at), at)
    spans = {
        key: tuple((_naive(p.started_at), _naive(p.ended_at or now)) for p in held) for key, held in pauses.items()
    }
    running = frozenset(key for key, held in pauses.items() if any(p.ended_at is None for p in held))
    return Laid(policy, viewer, _naive(now), cases, frozenset(assigned), spans, running, decided)


def queue(
    read: Read, laid: Laid, asked: Asked, state: Filters | None = None, clocks: str | None = None
) -> pd.DataFrame:
    """One page of the work queue, at least one row: without an exception it holds the totals alone."""
    found = open_clocks(read, laid) if clocks is None else clocks
    return _read(read, laid, state, found, asked)


def case(read: Read, laid: Laid, exception_id: str) -> dict[str, Any] | None:
    """One exception with score, owner and money, ended ones included; None when the build does not show it."""
    row = _rows(_read(read, laid, None, "[]", Asked("all", exception_id=exception_id)))[0]
    return None if row["exception_id"] is None else row


def clocks_of(row: Mapping[str, Any], laid: Laid, calendars: Mapping[str, Any]) -> list[sla.Clock]:
    """The three clocks of one row of the queue, with the store's steps and pauses."""
    rules = laid.policy.rules.sla
    at = sla.present(row["as_of"] or laid.now, laid.now, rules)
    key, held = row["exception_id"], laid.cases.get(row["exception_id"])
    stepped = dict(row) | {"is_paused": key in laid.paused}
    if held is not None:
        done = ("acknowledged_at", held.acknowledged_at), ("resolved_at", held.resolved_at)
        stepped |= {name: row[name] or (_naive(step) if step else None) for name, step in done}
        is_again = held.reopen_count and held.status not in (ExceptionStatus.RESOLVED, ExceptionStatus.CLOSED)
        stepped |= {"resolved_at": None, "decided_at": None} if is_again else {}
    stepped["decided_at"] = row["decided_at"] or laid.decided.get(key)
    return sla.clocks(stepped, calendar_of(row, laid, calendars), at, rules, laid.pauses.get(key, ()))


def present(row: Mapping[str, Any], laid: Laid) -> datetime:
    """The instant that the clocks of a row are judged at."""
    return sla.present(row["as_of"] or laid.now, laid.now, laid.policy.rules.sla)


def open_clocks(read: Read, laid: Laid) -> str:
    """The clock that runs out next of everything open, as `$clocks` of the queue's read."""
    calendars, found, skip = load_calendars(read), list[dict[str, Any]](), 0
    while True:
        asked = Asked("all", "newest", MOST, skip)
        rows = [row for row in _rows(_read(read, laid, None, "[]", asked)) if row["exception_id"] is not None]
        for row in rows:
            clock = sla.nearest(clocks_of(row, laid, calendars))
            if clock is not None:
                said = {"clock": clock.name, "due_at": clock.due_at, "state": clock.state}
                found.append({"exception_id": row["exception_id"], **said})
        if len(rows) < MOST:
            return _text(found)
        skip += MOST


def load_calendars(read: Read) -> dict[str, Any]:
    """Opening hours and closed days by calendar."""
    hours: dict[str, dict[int, list[Any]]] = {}
    closed: dict[str, set[Any]] = {}
    for row in _rows(read("queue_calendar")):
        if row["kind"] == "open":
            day = hours.setdefault(row["calendar_code"], {}).setdefault(int(row["weekday"]), [])
            day.append((row["opens"], row["closes"]))
        else:
            closed.setdefault(row["calendar_code"], set()).add(row["closed_date"].date())
    return {code: (days, frozenset(closed.get(code, ()))) for code, days in hours.items()}


def calendar_of(row: Mapping[str, Any], laid: Laid, calendars: Mapping[str, Any]) -> Calendar:
    """The calendar of a row's site, the policy's where it has none; a build without any works around the clock."""
    rules = laid.policy.rules.sla
    known = calendars.get(row["calendar_code"]) or calendars.get(rules.calendar) or _AROUND_THE_CLOCK
    return Calendar(row["time_zone"] or rules.time_zone, *known)


_DAY = (datetime.min.time(), datetime.max.time())
_AROUND_THE_CLOCK = ({day: [_DAY] for day in range(1, 8)}, frozenset[Any]())


def _read(read: Read, laid: Laid, state: Filters | None, clocks: str, asked: Asked) -> pd.DataFrame:
    rules = laid.policy.rules
    return read(
        "queue_row",
        state,
        rules=severity.bound(rules.triage),
        routes=routing.bound(rules.routing),
        worked=laid.worked,
        clocks=clocks,
        exception_id=asked.exception_id,
        me=laid.viewer.user_id,
        my_teams=routing.teams_of(laid.viewer.user_id, rules.routing),
        view=asked.view,
        sort=asked.sort,
        row_limit=asked.row_limit,
        skip=asked.skip,
    )


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a read as dicts of plain values, None for what is missing; totals without an exception left out."""
    return [row for row in _rows(frame) if row.get("exception_id") is not None]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if value is None or (not isinstance(value, list) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def _text(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, sort_keys=True, default=lambda value: value.isoformat())


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _sites(site_id: str | None) -> set[str]:
    return {site_id} if site_id else set()
