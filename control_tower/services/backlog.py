"""What shall prevent the next exception? Findings with an owner, an intended change, and what it measurably did (RCA-08).

Never finds anything itself: findings come from the analyses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from control_tower.errors import NotAllowed
from control_tower.model import BacklogEntry
from control_tower.services.acting import Change, Deed, Desk, already, perform, require_version
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import BacklogStatus
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_KIND = "backlog_entry"
CHANGE_KINDS = ("master_data", "validation_rule", "api_contract", "allocation_policy", "supplier", "training", "other")
_ENDED = (BacklogStatus.MEASURED, BacklogStatus.DROPPED)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and what shall be done about it by whom."""

    finding: str
    owner: str
    intended_change: str
    change_kind: str
    evidence: Mapping[str, Any]
    measure: str | None = None
    """The figure it will be judged by (the name of a KPI)."""
    before_value: Decimal | None = None


def find_all(store: Store) -> list[BacklogEntry]:
    """Every entry, newest first."""
    with store.reading() as unit:
        return unit.backlog.all()


def find(store: Store, backlog_id: str) -> BacklogEntry | None:
    """One entry."""
    with store.reading() as unit:
        return unit.backlog.find(backlog_id)


def add(store: Store, request: Request, found: Finding) -> Receipt:
    """Put a finding on the backlog."""

    def write(desk: Desk) -> Change:
        if found.change_kind not in CHANGE_KINDS:
            raise NotAllowed(f"{found.change_kind!r} is no kind of change; allowed: {', '.join(CHANGE_KINDS)}")
        if not found.finding.strip() or not found.owner.strip():
            raise NotAllowed("a finding needs words and an owner; give both")
        backlog_id, at = f"B-{len(desk.unit.backlog.all()) + 1:05d}", desk.unit.now
        entry = BacklogEntry(
            backlog_id=backlog_id,
            status=BacklogStatus.OPEN,
            version=1,
            created_by=desk.actor.user_id,
            created_at=at,
            updated_at=at,
            **_fields(found),
        )
        desk.unit.backlog.save(entry)
        return Change(backlog_id, entry.status, 1, {}, _shown(entry))

    return perform(store, request, Deed(Action.BACKLOG_ADD, _KIND, "new", _fields(found)), write)


def change(store: Store, request: Request, backlog_id: str, **values: str) -> Receipt:
    """Change owner, intended_change, change_kind, measure or status of an entry; `changed_on`: the day its change counted from."""
    allowed = {"owner", "intended_change", "change_kind", "measure", "status", "changed_on"}

    def write(desk: Desk) -> Change:
        before = _found(desk, backlog_id)
        changed: dict[str, Any] = {name: value for name, value in values.items() if name != "changed_on"}
        if "changed_on" in values:
            changed["evidence"] = {**before.evidence, "changed_on": _day(backlog_id, values["changed_on"])}
        if not set(values) <= allowed or values.get("status") not in (None, *BacklogStatus):
            raise NotAllowed(
                f"backlog {backlog_id}: {', '.join(sorted(allowed))} can be changed, and status to a known one"
            )
        if values.get("status") == BacklogStatus.MEASURED:
            raise NotAllowed(f"backlog {backlog_id}: is measured by giving the measured value")
        return _saved(desk, before, replace(before, **changed))

    return perform(store, request, Deed(Action.BACKLOG_CHANGE, _KIND, backlog_id, values), write)


def measure(store: Store, request: Request, backlog_id: str, before_value: Decimal, after_value: Decimal) -> Receipt:
    """Write down what its figure was before the change and after."""
    return measure_shown(store, request, backlog_id, (before_value, after_value), {"is_clear": True})


def measure_shown(
    store: Store,
    request: Request,
    backlog_id: str,
    values: tuple[Decimal | None, Decimal | None],
    shown: Mapping[str, Any],
) -> Receipt:
    """Write down both values and all that stands behind them; ends the entry only when `shown` is clear."""

    def write(desk: Desk) -> Change:
        before = _found(desk, backlog_id)
        status = BacklogStatus.MEASURED if shown["is_clear"] else before.status
        evidence = {**before.evidence, "measured": dict(shown)} if len(shown) > 1 else before.evidence
        after = replace(before, before_value=values[0], after_value=values[1], evidence=evidence, status=status)
        return _saved(desk, before, replace(after, measured_at=desk.unit.now))

    content = {"before": values[0], "after": values[1], **shown}
    return perform(store, request, Deed(Action.BACKLOG_MEASURE, _KIND, backlog_id, content), write)


def _day(backlog_id: str, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise NotAllowed(f"backlog {backlog_id}: {text!r} is no day; write it as 2026-05-31") from error


def _found(desk: Desk, backlog_id: str) -> BacklogEntry:
    found = desk.unit.backlog.find(backlog_id)
    if found is None:
        raise NotAllowed(f"no backlog entry {backlog_id!r}")
    if found.status in _ENDED:
        raise already(desk, (_KIND, backlog_id), found.status)
    require_version(desk, (_KIND, backlog_id), found.version)
    return found


def _saved(desk: Desk, before: BacklogEntry, after: BacklogEntry) -> Change:
    after = replace(after, version=before.version + 1, updated_at=desk.unit.now)
    desk.unit.backlog.save(after)
    return Change(after.backlog_id, after.status, after.version, _shown(before), _shown(after))


def _fields(record: Finding) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__slots__}


def _shown(entry: BacklogEntry) -> dict[str, Any]:
    names = ("finding", "owner", "intended_change", "change_kind", "status", "measure", "before_value", "after_value")
    more = {name: entry.evidence[name] for name in ("changed_on", "measured") if name in entry.evidence}
    return {**{name: getattr(entry, name) for name in names}, **more, "revision": entry.version}
