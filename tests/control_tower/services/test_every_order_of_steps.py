"""Does any order of steps skip a state, double-promise stock, split record from deed, or break the chain?

A Hypothesis state machine over all verbs, users, clock and facts; after each step the invariants of the fault catalogue
are asked of the tables. # fault 61, # fault 78, # fault 85, # fault 103
"""

import json
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from control_tower.errors import Conflict, NotAllowed, Stale
from control_tower.services import approvals, proposals, releases
from control_tower.services.request import Request
from control_tower.workflow.approval import TRANSITIONS
from control_tower.workflow.store import consistency
from tests.control_tower.services.deciding_desk import Tower, plan, tower

PEOPLE = st.sampled_from(["planner", "approver", "second_approver", "executive", "analyst", "south_approver"])
QTY = st.integers(1, 70)
AMOUNTS = st.sampled_from(["500", "20000", "250000"])
VERBS = {
    "submit": proposals.submit,
    "withdraw": proposals.withdraw,
    "approve": approvals.approve,
    "reject": approvals.reject,
    "release": releases.release,
    "cancel": releases.cancel,
}
EMPTY: list[Path] = []


def empty_store() -> Path:
    if not EMPTY:
        folder = Path(tempfile.mkdtemp(prefix="tower-machine-"))
        tower(f"sqlite:///{folder / 'store.sqlite'}", folder, with_users=False).store.close()
        EMPTY.append(folder / "store.sqlite")
    return EMPTY[0]


class Deciding(RuleBasedStateMachine):
    numbers = Bundle("numbers")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tower-machine-"))
        path = shutil.copyfile(empty_store(), self.folder / "store.sqlite")
        self.desk: Tower = tower(f"sqlite:///{path}", self.folder)
        self.stock = Decimal(100)

    def tried(self, verb, *arguments) -> str | None:
        try:
            return str(verb(self.desk.store, *arguments).subject_id)
        except (NotAllowed, Conflict, Stale):
            return None

    @rule(target=numbers, qty=QTY, amount=AMOUNTS, action=st.sampled_from(["alternate_site", "alternate_carrier"]))
    def draft(self, qty: int, amount: str, action: str):
        moves = [{**plan(qty)["moves"][0], "action": action}]
        made = self.tried(proposals.draft, Request("planner"), plan(qty, amount=amount, moves=moves))
        return made if made else multiple()

    @rule(number=numbers, who=PEOPLE, name=st.sampled_from(sorted(VERBS)), twice=st.booleans())
    def do(self, number: str, who: str, name: str, twice: bool) -> None:
        request = Request(who, reason="so")
        self.tried(VERBS[name], request, number)
        if twice:
            self.tried(VERBS[name], request, number)

    @rule(number=numbers)
    def hurry(self, number: str) -> None:
        """The likely way, so that late states are reached too."""
        self.tried(proposals.submit, Request("planner"), number)
        self.tried(approvals.approve, Request("approver"), number)
        self.tried(approvals.approve, Request("executive"), number)
        self.tried(releases.release, Request("planner"), number)

    @rule(number=numbers, qty=QTY, amount=AMOUNTS)
    def edit(self, number: str, qty: int, amount: str) -> None:
        self.tried(proposals.edit, Request("planner"), number, plan(qty, amount=amount))

    @rule(number=numbers, fails=st.booleans())
    def end(self, number: str, fails: bool) -> None:
        account = "service.outbox_service" if fails else "service.intake_service"
        self.tried(releases.fail if fails else releases.confirm, Request(account, reason="400"), number)

    @rule(hours=st.sampled_from([1, 30, 80, -5]))
    def wait(self, hours: int) -> None:
        self.desk.clock.move(hours=hours)
        releases.expire_due(self.desk.store)

    @rule(number=consumes(numbers))
    def forget(self, number: str) -> None:
        self.tried(proposals.withdraw, Request("planner"), number)

    @invariant()
    def no_state_is_skipped(self) -> None:
        """Every entry of the trail takes one step of the table, or begins a version; and each starts where the last ended."""
        with self.desk.store.reading() as unit:
            for proposal in unit.proposals.all():
                stood = None
                for entry in unit.audit.of_subject("proposal", proposal.proposal_id):
                    if entry.outcome != "done":
                        continue
                    old, new = (json.loads(text).get("state") for text in (entry.before, entry.after))
                    assert old == stood, entry
                    begins = entry.action in ("proposal.draft", "proposal.edit") and new == "draft"
                    assert (
                        begins or (old, new) in TRANSITIONS or (old, new) == ("partly_approved", "partly_approved")
                    ), entry
                    stood = new
                assert stood == proposal.state

    @invariant()
    def nothing_is_promised_twice(self) -> None:
        """Invariant 5, and: exactly those proposals hold stock whose state says so."""
        with self.desk.store.reading() as unit:
            taken = unit.reservations.taken()
            assert all(qty <= self.stock for qty in taken.values()), taken
            for proposal in unit.proposals.all():
                claims = [r for r in unit.reservations.of_proposal(proposal.proposal_id) if r.state == "taken"]
                holds = str(proposal.state) in ("submitted", "partly_approved", "approved", "released", "failed")
                assert bool(claims) == holds, (proposal.proposal_id, proposal.state)

    @invariant()
    def deeds_and_record_are_one(self) -> None:
        """Invariant 4: approvals, audit rows and outbox rows tell the same story, by two persons."""
        with self.desk.store.reading() as unit:
            for proposal in unit.proposals.all():
                done = [e for e in unit.audit.of_subject("proposal", proposal.proposal_id) if e.outcome == "done"]
                votes = unit.proposals.approvals(proposal.proposal_id)
                by_people = [e for e in done if not e.actor_id.startswith("service.")]
                assert len(votes) == sum(e.action in ("proposal.approve", "proposal.reject") for e in by_people)
                assert all(vote.approver_person_id != proposal.proposer_person_id for vote in votes)
                assert all(v.payload_hash == proposal.payload_hash for v in votes if not v.is_void)
                sent = {m.key.split(":")[1] for m in unit.outbox.of_proposal(proposal.proposal_id)}
                released = any(e.action == "proposal.release" for e in done)
                assert sent == ({str(proposal.version)} if released else set())
                assert proposal.revision == len(done), (
                    "every revision has its audit entry, and every entry its revision"
                )

    @invariant()
    def what_is_asked_of_a_store_in_production_holds(self) -> None:
        """Invariants 4 to 7 as `tower doctor` and every load ask them."""
        with self.desk.store.reading() as unit:
            assert consistency.found(unit.connection) == []

    @invariant()
    def the_chain_holds(self) -> None:
        """Invariant 7: gapless, valid, head ≥ last anchor."""
        verdict = self.desk.store.verify()
        assert verdict.is_whole, verdict.finding

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.store.close()
            shutil.rmtree(self.folder)


TestDeciding = Deciding.TestCase
TestDeciding.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
