"""Who may sign in, in which role and for which sites? The verbs of `tower user`.

Thin: each is one function of `control_tower.services.users`. Never checks a right itself.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import plain, say_json, say_rows
from control_tower.settings import current

if TYPE_CHECKING:
    from control_tower.model import User
    from control_tower.services.request import Receipt

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
As = Annotated[str, typer.Option("--as", help="The administrator who does it.")]
Reason = Annotated[str, typer.Option(help="Why; the audit trail keeps it.")]
Name = Annotated[str, typer.Argument(metavar="USER_ID")]
Role = Annotated[str | None, typer.Option(help="executive, operations_leader, process_engineer, approver, analyst, …")]
Subject = Annotated[
    str | None,
    typer.Option(help="Who the identity provider says it is: issuer#subject, as the refusal of the page says."),
]
Sites = Annotated[list[str] | None, typer.Option("--site", help="A site they see and act on, repeated; none = all.")]


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    user = typer.Typer(help="Accounts: who may sign in, in which role and for which sites.", no_args_is_help=True)
    user.command("list")(listed)
    for verb in (first, add, change, close):
        user.command()(verb)
    app.add_typer(user, name="user")


def listed(json: Json = False) -> None:
    """List every account, the automatic steps' too."""
    from control_tower.services import opening, users

    rows = [_row(one) for one in users.find_all(opening.current_store(current()))]
    if json:
        say_json(rows)
    else:
        say_rows([{**row, "sites": ", ".join(row["sites"] or ["all"])} for row in rows], "no accounts")


def first(user_id: Name, subject: Subject = None, name: str = "", reason: Reason = "") -> None:
    """Add the first administrator; refused as soon as there is any account of a person."""
    from control_tower.model import User
    from control_tower.services import opening, users

    founder = User(user_id, name or user_id, "administrator", None, user_id)
    _say(users.begin(opening.current_store(current()), founder, subject, reason))


def add(
    user_id: Name,
    role: Role,
    as_: As,
    subject: Subject = None,
    site: Sites = None,
    name: str = "",
    person: Annotated[str | None, typer.Option(help="The person, where one person has several accounts.")] = None,
    reason: Reason = "",
) -> None:
    """Give somebody an account."""
    from control_tower.model import User
    from control_tower.services import opening, users
    from control_tower.services.request import Request

    account = User(user_id, name or user_id, role or "", frozenset(site) if site else None, person or user_id)
    _say(users.add(opening.current_store(current()), Request(as_, reason), account, subject))


def change(
    user_id: Name,
    as_: As,
    role: Role = None,
    subject: Subject = None,
    site: Sites = None,
    all_sites: Annotated[bool, typer.Option("--all-sites", help="See and act on every site.")] = False,
    reason: Reason = "",
) -> None:
    """Change role, sites or subject of an account; it counts from the next action on."""
    from control_tower.services import opening, users
    from control_tower.services.request import Request

    store = opening.current_store(current())
    account = users.find(store, user_id)
    sites = None if all_sites else frozenset(site) if site else account.site_ids
    changed = replace(account, role=role or account.role, site_ids=sites)
    _say(users.change(store, Request(as_, reason), changed, subject))


def close(user_id: Name, as_: As, reason: Reason = "") -> None:
    """Close an account; its next click is refused."""
    from control_tower.services import opening, users
    from control_tower.services.request import Request

    users.close(opening.current_store(current()), Request(as_, reason), user_id)
    plain(f"{user_id} is closed")


def _say(receipt: "Receipt") -> None:
    plain(f"{receipt.subject_id} is {receipt.state}")


def _row(user: "User") -> dict[str, Any]:
    sites = None if user.site_ids is None else sorted(user.site_ids)
    return {"user_id": user.user_id, "name": user.name, "role": user.role, "sites": sites, "active": user.is_active}
