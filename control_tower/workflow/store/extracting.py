"""How do decisions become facts of a build? The store's rows as raw files, all of one moment (rulings 8 and 12).

One JSON object per line, ordered by key, so that an unchanged store gives unchanged bytes. Holds no payload beyond what
the figures need. Never decides what a build makes of them: that is `etl/sources/control_tower_store`.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from control_tower.workflow import canonical
from control_tower.workflow.store import engine as engines
from control_tower.workflow.store import migrating
from control_tower.workflow.store.people import Policies
from control_tower.workflow.store.tables_cases import case_pause, case_state, exception_case
from control_tower.workflow.store.tables_outbox import outbox_attempt
from control_tower.workflow.store.tables_people import app_user
from control_tower.workflow.store.tables_proposals import outbox, outcome, proposal, proposal_approval, proposal_version
from control_tower.workflow.store.tables_record import audit

Row = dict[str, Any]
_ABOUT_BUILDS = ("build", "store", "audit_key")
"""Entries about loads, backups and keys stay out: a build would be about itself, and every load would change the next."""


def is_there(url: str) -> bool:
    """Whether there can be a store; asked before anything is opened, so that none is made."""
    parsed = sa.make_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").is_file()


def write(url: str, folder: Path) -> bool:
    """Write every extract into a folder. False (and nothing written) when nobody has decided anything yet.

    Raises StoreError when the store cannot be read.
    """
    engine = engines.make(url)
    try:
        with engines.reading(engine) as connection:
            revision = migrating.current(connection)
        if revision is None:
            return False
        if revision != migrating.newest():
            with engines.writing(engine) as connection:
                migrating.upgrade(connection)
        with engines.reading(engine) as connection:
            return _written(connection, folder)
    finally:
        engine.dispose()


def policy_in_force(url: str, at: datetime) -> bytes | None:
    """The text of the version in force at an instant (UTC); None = the shipped one. Raises StoreError as `write` does."""
    engine = engines.make(url)
    try:
        with engines.reading(engine) as connection:
            if migrating.current(connection) is None:
                return None
            version = Policies(connection).in_force(at)
            return version.content.encode("utf-8") if version else None
    finally:
        engine.dispose()


def _written(connection: Connection, folder: Path) -> bool:
    if connection.execute(_audited().limit(1)).first() is None:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in EXTRACTS.items():
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as out:
            out.writelines(canonical.text(row) + "\n" for row in rows(connection))
    return True


def _audited() -> sa.Select[Any]:
    return (
        sa.select(audit)
        .where(audit.c.outcome == "done", audit.c.subject_type.not_in(_ABOUT_BUILDS))
        .order_by(audit.c.sequence_no)
    )


def _rows(connection: Connection, query: sa.Select[Any]) -> Iterator[RowMapping]:
    yield from connection.execution_options(stream_results=True).execute(query).mappings()


def _only(*names: str) -> Callable[[RowMapping], Row]:
    return lambda row: {name: row[name] for name in names}


def _audit(connection: Connection) -> Iterable[Row]:
    shown = _only(
        "sequence_no", "acted_at", "actor_id", "action", "subject_type", "subject_id", "reason", "before", "after",
        "policy_version",
    )  # fmt: skip
    return map(shown, _rows(connection, _audited()))


def _links(connection: Connection) -> Iterator[Row]:
    """One row per audited step and thing it is about: the proposal and its exceptions, or the exception."""
    found = _rows(connection, sa.select(proposal.c.proposal_id, proposal.c.exception_ids))
    exceptions = {row["proposal_id"]: json.loads(row["exception_ids"]) for row in found}
    for row in _rows(connection, _audited()):
        kind, subject = row["subject_type"], row["subject_id"]
        if kind == "proposal":
            yield {"sequence_no": row["sequence_no"], "object_type": "proposal", "object_id": subject}
        about = {"proposal": exceptions.get(subject, []), "exception_case": [subject]}.get(kind, [])
        if kind == "case_task":
            about = [subject.rsplit("#", 1)[0]]
        for exception_id in sorted(set(about)):
            yield {"sequence_no": row["sequence_no"], "object_type": "exception", "object_id": exception_id}


def _proposals(connection: Connection) -> Iterator[Row]:
    frozen = {(row["proposal_id"], row["proposal_version"]): row for row in _rows(connection, sa.select(outcome))}
    for row in _rows(connection, sa.select(proposal).order_by(proposal.c.proposal_id)):
        payload = json.loads(row["payload"])
        promised = frozen.get((row["proposal_id"], row["version"]))
        actions = sorted({move["action"] for move in payload["moves"]}) or ["wait"]
        shown = _only(
            "proposal_id", "state", "created_by", "created_at", "submitted_at", "confirmed_at", "policy_version"
        )
        yield {
            **shown(row),
            "exception_id": json.loads(row["exception_ids"])[0],
            "order_line_id": _one([move["order_line_id"] for move in payload["moves"]]),
            "action": actions[0] if len(actions) == 1 else "plan",
            "executed_at": row["released_at"],
            "freight_amount": payload.get("freight_amount"),
            "currency_code": payload.get("currency_code"),
            "expected_benefit_amount": _benefit(json.loads(promised["expected"])) if promised else None,
            "realised_benefit_amount": _realised(promised["realised"] if promised else None),
        }


def _proposal_exceptions(connection: Connection) -> Iterator[Row]:
    """One row per proposal and exception it is about: a plan for a shared shortage has several (K19)."""
    for row in _rows(connection, sa.select(proposal.c.proposal_id, proposal.c.exception_ids).order_by("proposal_id")):
        for exception_id in sorted(set(json.loads(row["exception_ids"]))):
            yield {"proposal_id": row["proposal_id"], "exception_id": exception_id}


def _one(values: list[str]) -> str | None:
    return values[0] if len(set(values)) == 1 else None


def _benefit(expected: Row) -> Decimal | None:
    """The margin after freight that was promised: amount × margin rate."""
    amount, rate = expected.get("amount"), expected.get("margin_rate")
    return None if amount is None or rate is None else round(Decimal(str(amount)) * Decimal(str(rate)), 4)


def _realised(text: str | None) -> Any:
    return json.loads(text).get("benefit_amount") if text else None


def _approvals(connection: Connection) -> Iterator[Row]:
    """Every decision, void ones too, and one row per rule of the matrix that still waits for its decision."""
    stands = {
        row["proposal_id"]: row for row in _rows(connection, sa.select(proposal).order_by(proposal.c.proposal_id))
    }
    versions = {
        (row["proposal_id"], row["version"]): json.loads(row["payload"])
        for row in _rows(connection, sa.select(proposal_version))
    }
    decided = sa.select(proposal_approval).order_by(proposal_approval.c.approval_id)
    valid: dict[str, list[str]] = {}
    for row in _rows(connection, decided):
        held = stands[row["proposal_id"]]
        is_current = held["version"] == row["proposal_version"]
        if not row["is_void"]:
            valid.setdefault(row["proposal_id"], []).append(row["approver_role"])
        yield {
            **_asked(held, versions[row["proposal_id"], row["proposal_version"]]),
            **_only("approval_id", "proposal_id", "approver_role", "decision", "decided_at")(row),
            "approver": row["approver_id"],
            "submitted_at": held["submitted_at"] if is_current else None,
            "policy_rule_id": _rule(held, row["approver_role"]) if is_current else None,
        }
    for proposal_id, held in stands.items():
        if held["state"] in ("submitted", "partly_approved"):
            payload = versions[proposal_id, held["version"]]
            yield from _pending(held, valid.get(proposal_id, []), payload)


def _asked(held: RowMapping, payload: Row) -> Row:
    return {
        "exception_id": json.loads(held["exception_ids"])[0],
        "policy_version": payload.get("policy_version"),
        "recommended_option": _text(payload.get("recommended_option")),
        "chosen_option": _text(payload.get("chosen_option")),
        "override_reason": held["override_reason"],
        "waiver": canonical.text(payload["waivers"]) if payload.get("waivers") else None,
    }


def _text(option: Any) -> str | None:
    return option if option is None or isinstance(option, str) else canonical.text(option)


def _rule(held: RowMapping, role: str) -> str | None:
    return next((rule["rule_id"] for rule in json.loads(held["required"]) if role in rule["roles"]), None)


def _pending(held: RowMapping, roles: list[str], payload: Row) -> Iterator[Row]:
    for rule in json.loads(held["required"]):
        lacking = rule["count"] - sum(role in rule["roles"] for role in roles)
        for number in range(max(lacking, 0)):
            yield {
                **_asked(held, payload),
                "approval_id": f"{held['proposal_id']}-v{held['version']}-{rule['rule_id']}-{number + 1}",
                "proposal_id": held["proposal_id"],
                "approver": None,
                "approver_role": " or ".join(rule["roles"]),
                "policy_rule_id": rule["rule_id"],
                "submitted_at": held["submitted_at"],
                "decision": None,
                "decided_at": None,
            }


def _cases(connection: Connection) -> Iterator[Row]:
    pauses: dict[str, float] = {}
    for row in _rows(connection, sa.select(case_pause).where(case_pause.c.ended_at.is_not(None))):
        lasted = (row["ended_at"] - row["started_at"]).total_seconds()
        pauses[row["exception_id"]] = pauses.get(row["exception_id"], 0) + lasted
    shown = _only(
        "exception_id", "status", "owner_team_id", "owner_user_id", "acknowledged_at", "resolved_at", "resolution",
        "closed_at", "escalation_level", "is_on_hold", "duplicate_of", "reopen_count", "updated_at",
    )  # fmt: skip
    for row in _rows(connection, sa.select(exception_case).order_by(exception_case.c.exception_id)):
        yield {**shown(row), "paused_seconds": round(pauses.get(row["exception_id"], 0))}


def _case_states(connection: Connection) -> Iterable[Row]:
    shown = _only("exception_id", "version", "status", "action", "user_id", "changed_at", "team_id", "reason")
    return map(
        shown, _rows(connection, sa.select(case_state).order_by(case_state.c.exception_id, case_state.c.version))
    )


def _attempts(connection: Connection) -> Iterator[Row]:
    query = (
        sa.select(outbox_attempt, outbox.c.kind, outbox.c.proposal_id, outbox.c.payload, proposal.c.exception_ids)
        .join(outbox, outbox.c.key == outbox_attempt.c.key)
        .join(proposal, proposal.c.proposal_id == outbox.c.proposal_id, isouter=True)
        .order_by(outbox_attempt.c.key, outbox_attempt.c.attempt)
    )
    shown = _only(
        "key", "attempt", "attempted_at", "status", "receiver", "http_code", "error_class", "kind", "proposal_id"
    )
    for row in _rows(connection, query):
        exceptions = json.loads(row["exception_ids"]) if row["exception_ids"] else [None]
        order_id = json.loads(row["payload"]).get("order_id")
        yield {**shown(row), "exception_id": exceptions[0], "order_id": order_id}


def _users(connection: Connection) -> Iterable[Row]:
    return map(_only("user_id", "name", "role"), _rows(connection, sa.select(app_user).order_by(app_user.c.user_id)))


EXTRACTS: dict[str, Callable[[Connection], Iterable[Row]]] = {
    "audit": _audit,
    "link": _links,
    "proposal": _proposals,
    "proposal_exception": _proposal_exceptions,
    "approval": _approvals,
    "exception_case": _cases,
    "case_state": _case_states,
    "attempt": _attempts,
    "user": _users,
}
"""File name → its rows, in order of their key."""
