"""How does somebody at a terminal decide? The verbs of proposals, the audit trail and backups.

Thin: each is one function of `control_tower.services`, with the user that `--as` names. Never checks a right itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import complain, libraries_aside, plain, say_json, say_rows
from control_tower.settings import current

if TYPE_CHECKING:
    from control_tower.model import Proposal
    from control_tower.services.request import Receipt
    from control_tower.workflow.store.store import Store

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
As = Annotated[str, typer.Option("--as", help="The user of the tower who does it.")]
Reason = Annotated[str, typer.Option(help="Why; the audit trail keeps it.")]
Seen = Annotated[int | None, typer.Option("--version", help="The version you looked at; refused when it is older.")]
Key = Annotated[str | None, typer.Option("--key", help="Idempotency key: sent again, it has no second effect.")]
For = Annotated[str | None, typer.Option("--for", help="The user who lent you the right to approve.")]


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command()(propose)
    app.command()(proposals)
    for step in STEPS:
        app.command(step.name, help=step.says)(_lendable_verb(step) if step.is_lendable else _verb(step))
    app.command()(backup)
    app.command()(restore)
    trail = typer.Typer(help="The record of who did what.", no_args_is_help=True)
    trail.command()(verify)
    trail.command()(rotate)
    app.add_typer(trail, name="audit")


def _store() -> "Store":
    from control_tower.services import opening

    return opening.current_store(current())


def propose(
    exception_ids: Annotated[list[str], typer.Argument(metavar="EXCEPTION_ID...")],
    as_: As,
    reason: Reason = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Plan how to serve all lines that share a shortage with these exceptions, and draft it as a proposal."""
    from control_tower.services import planning

    settings = current()

    def draft(store: "Store", request: Any, _subject: str) -> "Receipt":
        with libraries_aside():
            return planning.propose(store, request, settings, exception_ids)

    _do(draft, "new", _request(as_, reason, None, key), json)


def proposals(
    as_: As = "executive",
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    json: Json = False,
) -> None:
    """List the proposals of a user's sites, last changed first."""
    from control_tower.errors import NotAllowed
    from control_tower.services import proposals as verbs
    from control_tower.services import users
    from control_tower.vocabulary import ProposalState

    if state is not None and state not in list(ProposalState):
        raise NotAllowed(f"{state!r} is no state of a proposal; there are: {', '.join(ProposalState)}")
    store = _store()
    found = verbs.find_all(store, users.find(store, as_), ProposalState(state) if state else None)
    rows = [_row(proposal) for proposal in found]
    if json:
        say_json(rows)
    else:
        brief = [
            {**row, "exception_ids": ", ".join(row["exception_ids"]), "waits_for": "; ".join(row["waits_for"])}
            for row in rows
        ]
        say_rows(brief, "no proposals: tower propose EXCEPTION_ID --as USER")


def _row(proposal: "Proposal") -> dict[str, Any]:
    return {
        "proposal_id": proposal.proposal_id,
        "state": str(proposal.state),
        "version": proposal.revision,
        "exception_ids": list(proposal.exception_ids),
        "amount": proposal.payload.get("amount"),
        "currency_code": proposal.payload.get("currency_code"),
        "created_by": proposal.created_by,
        "expires_at": proposal.expires_at,
        "waits_for": [" or ".join(rule.roles) + f" × {rule.count}" for rule in proposal.required],
    }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proposal: the verb, the module of services that has it, what it does, and whether a lent right counts."""

    name: str
    module: str
    says: str
    is_lendable: bool = False


STEPS = (
    Step("submit", "proposals", "Ask for approval of a drafted proposal; its stock is taken."),
    Step("approve", "approvals", "Say yes to a submitted proposal.", True),
    Step("reject", "approvals", "Say no to a submitted proposal, with a reason; its stock is free again.", True),
    Step("withdraw", "proposals", "Take a proposal back before it is decided."),
    Step("release", "releases", "Let an approved proposal's moves leave the house."),
    Step("cancel", "releases", "Call off an approved, released or failed proposal, with a reason."),
)


def _verb(step: Step) -> Callable[..., None]:
    """The command of a step that is taken in one's own right."""

    def take(
        proposal_id: Annotated[str, typer.Argument(metavar="PROPOSAL_ID")],
        as_: As,
        reason: Reason = "",
        seen: Seen = None,
        key: Key = None,
        json: Json = False,
    ) -> None:
        _do(_service(step), proposal_id, _request(as_, reason, seen, key), json)

    return take


def _lendable_verb(step: Step) -> Callable[..., None]:
    """The command of a step that may be taken in the right that somebody lent."""

    def take(
        proposal_id: Annotated[str, typer.Argument(metavar="PROPOSAL_ID")],
        as_: As,
        reason: Reason = "",
        seen: Seen = None,
        key: Key = None,
        on_behalf_of: For = None,
        json: Json = False,
    ) -> None:
        _do(_service(step), proposal_id, _request(as_, reason, seen, key, on_behalf_of), json)

    return take


def _service(step: Step) -> Callable[..., "Receipt"]:
    found: Callable[..., Receipt] = getattr(import_module(f"control_tower.services.{step.module}"), step.name)
    return found


def _request(as_: str, reason: str, seen: int | None, key: str | None, on_behalf_of: str | None = None) -> Any:
    from control_tower.services.request import Request

    asked = Request(as_, reason, seen, on_behalf_of=on_behalf_of)
    return asked if key is None else Request(as_, reason, seen, on_behalf_of=on_behalf_of, idempotency_key=key)


def _do(verb: Callable[..., "Receipt"], subject_id: str, request: Any, json: bool) -> None:
    receipt = verb(_store(), request, subject_id)
    if json:
        say_json({name: getattr(receipt, name) for name in type(receipt).__slots__})
    else:
        again = " (done before; nothing was done twice)" if receipt.is_replay else ""
        plain(f"{receipt.subject_id} is {receipt.state}, version {receipt.version}{again}")


def verify(json: Json = False) -> None:
    """Check every link of the audit trail; name the first broken one, and say what cannot be known."""
    from control_tower.services import guarding

    verdict = guarding.verify(_store())
    if json:
        shown = {name: getattr(verdict, name) for name in type(verdict).__slots__}
        say_json({"ok": verdict.is_whole, **shown})
    elif verdict.is_whole:
        plain(f"whole: {verdict.finding}")
        plain(verdict.cannot_know)
    else:
        complain(f"broken: {verdict.finding}")
    if not verdict.is_whole:
        raise typer.Exit(1)


def rotate(as_: As, reason: Reason = "") -> None:
    """Seal the audit trail with a new key from now on; old entries verify with the old one."""
    from control_tower.services import guarding

    receipt = guarding.rotate(_store(), _request(as_, reason, None, None), current())
    plain(f"audit entries are sealed with key {receipt.subject_id} from now on")


def backup(file: Path, as_: As, reason: Reason = "") -> None:
    """Write store, raw files, manifests, keys and anchored heads into one file."""
    from control_tower.services import guarding

    guarding.backup(_store(), _request(as_, reason, None, None), current(), file)
    plain(f"{file}: keep it where this machine cannot reach it; it holds the audit keys")


def restore(file: Path, json: Json = False) -> None:
    """Bring a backup into an empty home and verify its audit trail; builds are made again by tower doctor --rebuild."""
    from control_tower.services import guarding

    verdict = guarding.restore(current(), file)
    if json:
        say_json({"ok": verdict.is_whole, "entries": verdict.entries, "finding": verdict.finding})
    else:
        plain(f"restored into {current().home}; audit trail: {verdict.finding}")
        plain("make the builds again: tower doctor --rebuild")
    if not verdict.is_whole:
        raise typer.Exit(1)
