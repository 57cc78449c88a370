"""By when must an exception be acknowledged, decided and resolved, and is it in time? (ROU-02)

A time that the source states stands; else the policy's working hours count from detection on, shorter or longer by tier of
the customer, exposure and local override, in the site's calendar. While a case is paused no clock runs: the due time moves
by the working time of the pauses. Never reads a build or the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from control_tower.policy_triage import Sla
from control_tower.triage.calendar import Calendar, Span, add, between

NAMES = ("acknowledge", "decide", "resolve")
_STATED = {"acknowledge": "ack_due_at", "decide": "decide_due_at", "resolve": "stated_due_at"}


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one exception; instants are naive UTC.

    state: done | done late | late | due soon | running | paused | unknown. `basis` says where the due time comes from.
    """

    name: str
    due_at: datetime | None
    done_at: datetime | None
    state: str
    basis: str


def present(as_of: datetime, now: datetime, rules: Sla) -> datetime:
    """The instant clocks are judged at: now, or the end of a log that stands still."""
    return as_of if now - as_of > timedelta(hours=rules.live_within_hours) else max(now, as_of)


def factor(row: Mapping[str, Any], rules: Sla) -> tuple[float, list[str]]:
    """By what the hours of an exception are multiplied, and why."""
    tier = getattr(rules.tier_factor, row["customer_tier"], 1.0)
    product, said = tier, [f"{row['customer_tier']} customer × {tier:g}"] if tier != 1 else []
    if (row["revenue_amount"] or 0) >= rules.large_exposure_amount:
        product *= rules.large_exposure_factor
        said.append(f"large exposure × {rules.large_exposure_factor:g}")
    for local in rules.local:
        named = local.site_id if local.site_id is not None else local.business_unit
        if named == (row["site_id"] if local.site_id is not None else row["business_unit"]):
            product *= local.factor
            said.append(f"{named}: {local.why} × {local.factor:g}")
    return product, said


def clocks(
    row: Mapping[str, Any], calendar: Calendar, at: datetime, rules: Sla, pauses: Sequence[Span] = ()
) -> list[Clock]:
    """The three clocks of one row of the queue (with the store's steps laid over it), judged at `at`.

    `pauses` are spans of naive UTC; one that still runs ends at `at`, and `row["is_paused"]` says that there is one.
    """
    timing = _Timing(calendar, at, rules, pauses)
    return [_clock(name, row, timing) for name in NAMES]


@dataclass(frozen=True, slots=True)
class _Timing:
    calendar: Calendar
    at: datetime
    rules: Sla
    pauses: Sequence[Span]


def _clock(name: str, row: Mapping[str, Any], timing: _Timing) -> Clock:
    calendar, at, rules = timing.calendar, timing.at, timing.rules
    done_at = _done(name, row)
    due_at, basis = _due(name, row, calendar, rules)
    if due_at is None:
        return Clock(name, None, done_at, "done" if done_at else "unknown", basis)
    due_at = _moved(due_at, done_at or at, calendar, timing.pauses)
    if done_at:
        return Clock(name, due_at, done_at, "done late" if min(done_at, at) > due_at else "done", basis)
    if at > due_at:
        return Clock(name, due_at, None, "late", basis)
    if row.get("is_paused"):
        return Clock(name, due_at, None, "paused", basis)
    soon = add(calendar, at, timedelta(hours=rules.due_soon_hours))
    return Clock(name, due_at, None, "due soon" if soon is not None and due_at <= soon else "running", basis)


def left(due_at: datetime, at: datetime, calendar: Calendar) -> timedelta:
    """Working time left to a due time; negative = so much over it."""
    return between(calendar, at, due_at) if at <= due_at else -between(calendar, due_at, at)


def _due(name: str, row: Mapping[str, Any], calendar: Calendar, rules: Sla) -> tuple[datetime | None, str]:
    stated = row.get(_STATED[name])
    if stated is not None:
        return stated, "stated by the source"
    hours = getattr(getattr(rules.by_severity, row["severity"]), f"{name}_hours")
    times, said = factor(row, rules)
    basis = f"{hours * times:g} working hours, {row['severity']}" + "".join(f", {part}" for part in said)
    return add(calendar, row["detected_at"], timedelta(hours=hours * times)), basis


def _done(name: str, row: Mapping[str, Any]) -> datetime | None:
    """When the step was done; a later step implies the earlier ones."""
    steps = {"acknowledge": "acknowledged_at", "decide": "decided_at", "resolve": "resolved_at"}
    wanted = [row.get(steps[one]) for one in NAMES[NAMES.index(name) :]]
    known = [one for one in wanted if one is not None]
    return min(known) if known else None


def _moved(due_at: datetime, until: datetime, calendar: Calendar, pauses: Sequence[Span]) -> datetime:
    """The due time later by the working time of the pauses that began before it."""
    for begin, end in sorted(pauses):
        stop = min(end, until)
        if begin < due_at and stop > begin:
            due_at = add(calendar, due_at, between(calendar, begin, stop)) or due_at
    return due_at


def nearest(found: Sequence[Clock]) -> Clock | None:
    """The clock that runs out next: the first that is not done; None when all are."""
    running = [clock for clock in found if clock.done_at is None and clock.due_at is not None]
    return min(running, key=lambda clock: (clock.due_at, NAMES.index(clock.name)), default=None)
