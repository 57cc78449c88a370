"""Did decisions help? The figures of the Outcomes page at a terminal.

Asks and prints; how cases are compared is `control_tower.ledger`. Only the sites of the user that `--as` names.
"""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from cli import asking, working
from cli.output import plain, say_json, say_rows
from control_tower import warehouse
from control_tower.filters import Filters
from control_tower.settings import current

if TYPE_CHECKING:
    from control_tower.ledger.compared import Comparison

_EVER = (datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01"))


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command()(outcomes)


def outcomes(
    since: asking.Day = None,
    until: asking.Day = None,
    as_: working.As = "planner",
    json: asking.Json = False,
) -> None:
    """Say whether decisions helped: against similar cases without one, and against what each promised."""
    from control_tower.ledger import compared, decided
    from control_tower.ledger.compared import Measure
    from control_tower.services import opening, policy, users

    store, build = opening.current_store(current()), warehouse.open_current(current())
    scope = users.find(store, as_).site_ids
    sites = Filters().limited_to(None if scope is None else tuple(sorted(scope)))
    rules = policy.in_force(store).rules.outcomes
    asked = asking.period(since, until)
    first, last = asked.since or _EVER[0], asked.until or _EVER[1]
    bounds = (first, last) if since or until else None
    found = {measure.value: _said(compared.of_build(build, sites, measure, rules, bounds)) for measure in Measure}
    told = build.read("outcome_proposal", sites, since=first, until=last, row_limit=decided.MOST)
    totals, proposals = map(_records, decided.split(told))
    if json:
        say_json({"build": build.id, "compared": found, "by_action": totals, "proposals": proposals})
        return
    for measure, one in found.items():
        effect = one["effect"]
        plain(
            f"{measure.replace('_', ' ')}: {effect['verdict']}{_interval(effect)} ({one['decided']} decided, {one['compared']} compared)"
        )
    say_rows(totals, "nothing was decided yet")


def _said(found: "Comparison") -> dict[str, Any]:
    """A comparison as one document, without its rows."""
    said = {name: value for name, value in asdict(found).items() if name != "sets"}
    return {**said, "compared": found.effect.sets}


def _interval(effect: dict[str, Any]) -> str:
    if effect["low"] is None:
        return f", {effect['why']}"
    return f", {effect['value']:+.1f}, likely between {effect['low']:+.1f} and {effect['high']:+.1f}"


def _records(frame: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return found
