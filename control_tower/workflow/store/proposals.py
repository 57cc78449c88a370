"""How do proposals, their versions, approvals and promised effects become rows, and rows records?

Never decides which state may follow.
"""

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from control_tower.model import Approval, ExpectedOutcome, Proposal, RequiredApproval
from control_tower.vocabulary import ProposalState
from control_tower.workflow import canonical
from control_tower.workflow.store.tables_proposals import outcome, proposal, proposal_approval, proposal_version


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__slots__}


def _proposal(row: RowMapping) -> Proposal:
    read = {
        "state": ProposalState(row["state"]),
        "payload": json.loads(row["payload"]),
        "site_ids": tuple(json.loads(row["site_ids"])),
        "exception_ids": tuple(json.loads(row["exception_ids"])),
        "required": tuple(
            RequiredApproval(rule["rule_id"], tuple(rule["roles"]), rule["count"], rule["why"])
            for rule in json.loads(row["required"])
        ),
    }
    return Proposal(**{**row, **read})


def _row(record: Proposal) -> dict[str, Any]:
    written = {
        "payload": canonical.text(record.payload),
        "site_ids": canonical.text(record.site_ids),
        "exception_ids": canonical.text(record.exception_ids),
        "required": canonical.text([asdict(rule) for rule in record.required]),
    }
    return {**_fields(record), **written}


class Proposals:
    """Proposals as they stand, every version they had, and who decided what about which."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, proposal_id: str) -> Proposal | None:
        """One proposal as it stands."""
        query = sa.select(proposal).where(proposal.c.proposal_id == proposal_id)
        row = self._connection.execute(query).mappings().first()
        return _proposal(row) if row else None

    def all(self, state: ProposalState | None = None) -> list[Proposal]:
        """Every proposal, last changed first; of one state when it is given."""
        query = sa.select(proposal).order_by(proposal.c.updated_at.desc(), proposal.c.proposal_id)
        if state is not None:
            query = query.where(proposal.c.state == state)
        return [_proposal(row) for row in self._connection.execute(query).mappings()]

    def due(self, at: datetime, states: list[ProposalState]) -> list[str]:
        """Ids of proposals in these states whose time has run out."""
        query = sa.select(proposal.c.proposal_id).where(proposal.c.expires_at <= at, proposal.c.state.in_(states))
        return list(self._connection.execute(query.order_by("proposal_id")).scalars())

    def count(self) -> int:
        """How many proposals there are; none ever goes."""
        return self._connection.execute(sa.select(sa.func.count()).select_from(proposal)).scalar_one()

    def add(self, record: Proposal) -> None:
        """Write a new proposal."""
        self._connection.execute(sa.insert(proposal).values(**_row(record)))

    def save(self, record: Proposal) -> Proposal:
        """Write a proposal's next revision. Returns it."""
        after = replace(record, revision=record.revision + 1)
        change = sa.update(proposal).where(
            proposal.c.proposal_id == record.proposal_id, proposal.c.revision == record.revision
        )
        if self._connection.execute(change.values(**_row(after))).rowcount != 1:
            raise LookupError(f"proposal {record.proposal_id} was changed inside another's transaction")
        return after

    def keep_version(self, record: Proposal, editor: tuple[str, str], at: datetime, reason: str) -> None:
        """Write down a version's payload and who made it (account, person)."""
        self._connection.execute(
            sa.insert(proposal_version).values(
                proposal_id=record.proposal_id,
                version=record.version,
                payload=canonical.text(record.payload),
                payload_hash=record.payload_hash,
                edited_by=editor[0],
                editor_person_id=editor[1],
                edited_at=at,
                reason=reason,
            )
        )

    def versions(self, proposal_id: str) -> list[dict[str, Any]]:
        """Every version's payload text, hash and editor, oldest first."""
        query = sa.select(proposal_version).where(proposal_version.c.proposal_id == proposal_id).order_by("version")
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def contributors(self, proposal_id: str) -> frozenset[str]:
        """The accounts that proposed or edited any version."""
        query = sa.select(proposal_version.c.edited_by).where(proposal_version.c.proposal_id == proposal_id)
        return frozenset(self._connection.execute(query).scalars())

    def decide(self, approval: Approval, proposer_person_id: str) -> None:
        """Write one person's decision."""
        values = {**_fields(approval), "proposer_person_id": proposer_person_id}
        self._connection.execute(sa.insert(proposal_approval).values(**values))

    def approvals(self, proposal_id: str) -> list[Approval]:
        """Every decision on a proposal, void ones too, oldest first."""
        query = sa.select(*(proposal_approval.c[name] for name in Approval.__slots__)).where(
            proposal_approval.c.proposal_id == proposal_id
        )
        rows = self._connection.execute(query.order_by("decided_at", "approval_id")).mappings()
        return [Approval(**row) for row in rows]

    def void_approvals(self, proposal_id: str) -> int:
        """Make every decision on a proposal void; returns how many were not already."""
        change = sa.update(proposal_approval).where(
            proposal_approval.c.proposal_id == proposal_id, proposal_approval.c.is_void.is_(False)
        )
        return self._connection.execute(change.values(is_void=True)).rowcount

    def freeze(self, promised: ExpectedOutcome) -> None:
        """Write the effect that an approved version promises."""
        values = {**_fields(promised), "expected": canonical.text(promised.expected)}
        self._connection.execute(sa.insert(outcome).values(**values))

    def realise(self, measured: ExpectedOutcome) -> None:
        """Fill in what a build shows of an approved version's effect."""
        change = sa.update(outcome).where(
            outcome.c.proposal_id == measured.proposal_id, outcome.c.proposal_version == measured.proposal_version
        )
        realised = canonical.text(measured.realised)
        self._connection.execute(
            change.values(
                realised=realised, measured_build_id=measured.measured_build_id, measured_at=measured.measured_at
            )
        )

    def outcomes(self) -> list[ExpectedOutcome]:
        """Every frozen effect, oldest first."""
        rows = self._connection.execute(sa.select(outcome).order_by("frozen_at", "proposal_id")).mappings()
        return [
            ExpectedOutcome(
                **{
                    **row,
                    "expected": json.loads(row["expected"]),
                    "realised": json.loads(row["realised"]) if row["realised"] else None,
                }
            )
            for row in rows
        ]
