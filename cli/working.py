"""How does somebody at a terminal see the work queue and a case's workflow, and run the escalation ladder?

Thin: each asks one service. Never computes a score or a clock.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import asking
from cli.output import plain, say_json, say_rows
from control_tower import warehouse
from control_tower.errors import NotAllowed
from control_tower.filters import Filters
from control_tower.settings import current

if TYPE_CHECKING:
    from control_tower.policy_triage import Routing

As = Annotated[str, typer.Option("--as", help="The user of the tower whose queue it is.")]
_LISTED = (
    "exception_id",
    "type_title",
    "severity",
    "score",
    "revenue_amount",
    "team",
    "person",
    "next_clock",
    "next_state",
)


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command()(queue)
    app.command()(escalate)


def queue(
    where: asking.Asked = None,
    view: Annotated[str, typer.Option(help="todo, mine, team, unassigned, informational or all.")] = "todo",
    sort: Annotated[str, typer.Option(help="impact, due, longest or newest.")] = "impact",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_: As = "planner",
    json: asking.Json = False,
) -> None:
    """List what is open by business impact: score, owner, next clock; decisions until now laid over the facts."""
    from control_tower.services import opening, triaging, users
    from control_tower.services.triaging import SORTS, VIEWS, Asked

    if view not in VIEWS or sort not in SORTS:
        raise typer.BadParameter(f"use --view {', '.join(VIEWS)} and --sort {', '.join(SORTS)}")
    store, build = opening.current_store(current()), warehouse.open_current(current())
    viewer = users.find(store, as_)
    laid = triaging.lay(store, viewer)
    read = _scoped(build, viewer.site_ids)
    rows = triaging.rows_of(triaging.queue(read, laid, Asked(view, sort, limit), asking.state(where)))
    if json:
        say_json({"build": build.id, "decisions_until": laid.now, "cases": [_without_totals(row) for row in rows]})
    else:
        say_rows([{key: _short(row[key]) for key in _LISTED} for row in rows], "nothing is open here")


def escalate(json: asking.Json = False) -> None:
    """Take every step of the escalation ladder that is due, as the escalation service."""
    from control_tower.services import escalating, opening

    found = escalating.run(opening.current_store(current()), warehouse.open_current(current()).read)
    if json:
        say_json([asdict(one) for one in found])
        return
    say_rows([asdict(one) for one in found], "no step of the ladder is due")
    plain(f"{sum(not one.refused for one in found)} escalated")


def workflow_of(exception_id: str, as_: str, build: warehouse.Build) -> dict[str, Any]:
    """Score terms, owner, clocks and everything that was done in the tower. Raises NotAllowed outside the user's sites."""
    from control_tower.services import casefile, opening, triaging, users
    from control_tower.triage import routing, severity

    store = opening.current_store(current())
    viewer = users.find(store, as_)
    laid, read = triaging.lay(store, viewer), _scoped(build, viewer.site_ids)
    row = triaging.case(read, laid, exception_id)
    if row is None:
        raise NotAllowed(f"no exception {exception_id[:80]!r} in build {build.id} for {as_}; see `tower cases`")
    rules, found = laid.policy.rules, casefile.read(store, viewer, exception_id)
    clocks = triaging.clocks_of(row, laid, triaging.load_calendars(read))
    terms = severity.terms(row, rules.triage, rules.reporting_currency)
    return {
        "status": row["status"],
        "severity": {"tier": row["severity"], "score": row["score"], "terms": [asdict(term) for term in terms]},
        "owner": _owner(row, rules.routing),
        "exposure": _exposure(row, rules.reporting_currency),
        "decision_type": rules.triage.decides(row["type_code"]),
        "wave": routing.wave(row, rules.routing),
        "clocks": [asdict(clock) for clock in clocks],
        "decisions_until": laid.now,
        "workflow": asdict(found),
    }


def _owner(row: dict[str, Any], rules: "Routing") -> dict[str, Any]:
    from control_tower.triage import routing

    team = routing.title(row["team_id"], rules, row["team"])
    why = "assigned in the tower" if row["is_assigned"] else routing.why(row, rules)
    return {"team_id": row["team_id"], "team": team, "user_id": row["user_id"], "rule_id": row["rule_id"], "why": why}


def _exposure(row: dict[str, Any], currency: str) -> dict[str, Any]:
    money = {"revenue_amount": row["revenue_amount"], "margin_amount": row["margin_amount"], "currency": currency}
    return money | {"days_to_promise": row["promise_in_days"]}


def _scoped(build: warehouse.Build, site_ids: frozenset[str] | None) -> Any:
    """The build's reads, narrowed to a user's sites (ruling 17)."""
    sites = None if site_ids is None else tuple(sorted(site_ids))

    def read(name: str, state: Filters | None = None, **bound: Any) -> Any:
        return build.read(name, (state or Filters()).limited_to(sites), **bound)

    return read


def _without_totals(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if not key.endswith("_count") and key != "value_amount"}


def _short(value: Any) -> Any:
    return round(value) if isinstance(value, float) else value
