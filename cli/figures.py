"""How does a script read figures and exceptions of the published build? kpi, cycle-time, aging, cases, case.

Thin: each asks one function of the floors below and prints. Never computes a figure.
"""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

import typer

from cli import asking, working
from cli.output import plain, say_json, say_rows
from control_tower import definitions, kpi, warehouse
from control_tower.errors import ControlTowerError, NotAvailable
from control_tower.settings import current

_SHOWN = ("name", "value", "unit", "numerator", "denominator", "n", "not_available")
_LISTED = ("exception_id", "type_title", "severity", "status", "hours", "sla", "value_at_risk_amount")
_CASE_PARTS = {"history": "case_state", "events": "case_event", "order_lines": "case_line", "siblings": "case_sibling"}


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command("kpi")(kpi_figure)
    app.command("cycle-time")(cycle_time)
    for verb in (aging, cases, case):
        app.command()(verb)


def kpi_figure(
    name: Annotated[str | None, typer.Argument(help="A figure of the catalogue; all of them when left out.")] = None,
    by: asking.By = None,
    where: asking.Asked = None,
    since: asking.Day = None,
    until: asking.Day = None,
    rows: Annotated[bool, typer.Option("--rows", help="The rows behind it, largest value first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows shown with --rows.")] = 50,
    why: Annotated[bool, typer.Option("--why", help="Why it changed since the period before; needs --by.")] = False,
    against: Annotated[
        str | None,
        typer.Option(
            help="With --why: a build; what late data and changed definitions added since it said the period before."
        ),
    ] = None,
    before_since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With --why: first day of the period compared with.")
    ] = None,
    before_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With --why: its last day.")
    ] = None,
    json: asking.Json = False,
) -> None:
    """Say one figure or all: value, numerator, denominator, period, and why it is not available."""
    period, selected, split = asking.period(since, until), asking.selection(where), asking.dimension(by)
    _refuse_odd_wishes(name, split, rows, why or any((against, before_since, before_until)))
    is_given = before_since is not None or before_until is not None
    spans = (asking.period(before_since, before_until), period) if is_given else period
    build = warehouse.open_current(current())
    with build.cursor() as cursor:
        _lay_baselines(cursor, name)
        if name is None:
            documents = kpi.all_as_json(cursor, period, selected)
        else:
            found = kpi.as_json(cursor, name, period, selected, split)
            definition = definitions.kpi(name)
            found |= {"rows": _or_nothing(found, rows, lambda: kpi.rows(cursor, definition, period, selected, limit))}
            reasons = partial(kpi.why_as_json, cursor, definition, spans, selected, split or "")
            found |= {"why": _or_nothing(found, why, reasons)}
            found |= _restated(found, cursor, definition, (selected, against))
            documents = [{key: part for key, part in found.items() if part is not None or key not in ("rows", "why")}]
    _say_figures(documents, name is not None, json)


def _lay_baselines(cursor: Any, name: str | None) -> None:
    """Let a figure that compares with a baseline read those of the policy in force, which the decision store knows."""
    from control_tower.services import opening, policy

    if name is None or definitions.kpi(name).function == "recovery":
        kpi.lay_baselines(cursor, policy.in_force(opening.current_store(current())).baselines)


def _restated(
    found: dict[str, Any], cursor: Any, definition: definitions.KpiDefinition, asked: tuple[Any, str | None]
) -> dict[str, Any]:
    """What has been added to the period before since another build said it; nothing when no build was named."""
    selected, against = asked
    compared = (found.get("why") or {}).get("compared_with")
    if against is None or not compared:
        return {}
    ends = [compared[end] for end in ("since", "until")]
    before = kpi.Period(*(datetime.fromisoformat(end) if end else None for end in ends))
    with warehouse.open_build(current(), against).cursor() as then:
        said = kpi.restated(cursor, then, definition, before, selected)
    return {"restated": said, "since_reported": kpi.whole_change(found["why"], said)}


def _refuse_odd_wishes(name: str | None, split: str | None, rows: bool, why: bool) -> None:
    if name is None and (split or rows or why):
        raise typer.BadParameter("--by, --rows and --why are about one figure; name it")
    if name is not None and name not in definitions.kpis():
        raise typer.BadParameter(f"there is no figure {name[:60]!r}; `tower kpi` lists them")
    if why and split is None:
        raise typer.BadParameter("--why splits a change by a dimension; add --by DIMENSION")


def _or_nothing(found: dict[str, Any], is_wanted: bool, ask: Any) -> Any:
    """What was wished beside the figure, null when not wished; why there is none goes into the document."""
    if not is_wanted:
        return None
    try:
        return ask()
    except NotAvailable as reason:
        found["not_available"] = found["not_available"] or str(reason)
        return []


def _say_figures(documents: list[dict[str, Any]], is_one: bool, json: bool) -> None:
    if json:
        say_json(documents[0] if is_one else documents)
        return
    say_rows([_flat({key: document[key] for key in _SHOWN}) for document in documents], "no figure is defined")
    for document in documents if is_one else []:
        for key in ("by", "rows"):
            if document.get(key):
                say_rows([_flat(row) for row in document[key]], "")
        if document.get("why"):
            changed = document["why"]
            plain(f"changed by {changed['difference']:.4g} since {changed['compared_with']['since']}")
            say_rows([_flat(part) for part in changed["parts"]], "")
        if document.get("restated"):
            _say_restated(document)


def _say_restated(document: dict[str, Any]) -> None:
    """Since the other build reported: every part of the difference, and what is defined otherwise."""
    say_rows([_flat(document["since_reported"])], "")
    for title, key in (("defined otherwise", "changed"), ("delivered otherwise", "mapped")):
        if document["restated"][key]:
            plain(f"{title}: {'; '.join(document['restated'][key])}")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """One line of a table: nothing nested, numbers to four places."""
    return {
        key: float(f"{value:.4g}") if isinstance(value, float) else value
        for key, value in row.items()
        if not isinstance(value, dict | list)
    }


def cycle_time(
    by: asking.By = None,
    where: asking.Asked = None,
    since: asking.Day = None,
    until: asking.Day = None,
    json: asking.Json = False,
) -> None:
    """Say how long exceptions take until resolved, open ones counted (Kaplan–Meier)."""
    period, selected, split = asking.period(since, until), asking.selection(where), asking.dimension(by)
    with warehouse.open_current(current()).cursor() as cursor:
        found = kpi.cycle_time_as_json(cursor, period, selected, split)
    if json:
        say_json(found)
        return
    for key, value in _flat(found).items():
        plain(f"{key}: {'–' if value is None else value}")
    if found.get("by"):
        say_rows([_flat(row) for row in found["by"]], "")


def aging(by: asking.By = None, where: asking.Asked = None, json: asking.Json = False) -> None:
    """Say what is open by age: how many, how many late, how much money at risk."""
    selected, split = asking.selection(where), asking.dimension(by)
    with warehouse.open_current(current()).cursor() as cursor:
        found = kpi.aging_as_json(cursor, selected, split)
    if json:
        say_json(found)
        return
    plain(found["not_available"] or f"{found['value']:,.0f} open at {found['at']}")
    say_rows(found["buckets"], "nothing is open")
    for part in found.get("by", []):
        plain(str(part["key"] or "(not stated)"))
        say_rows(part["buckets"], "")


def cases(
    where: asking.Asked = None,
    sort: Annotated[str, typer.Option(help="impact, longest, newest or due.")] = "impact",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    json: asking.Json = False,
) -> None:
    """List exceptions, open ones first; --where also takes state=open, aging=1-3d, search=TEXT."""
    if sort not in ("impact", "longest", "newest", "due"):
        raise typer.BadParameter(f"--sort {sort[:20]!r}: use impact, longest, newest or due")
    state = asking.state(where)
    build = warehouse.open_current(current())
    found = _records(build, "exception_row", state, sort=sort, row_limit=limit, skip=0)
    if json:
        total = _records(build, "exception_total", state)[0]["n"]
        say_json({"build": build.id, "total": total, "cases": found})
    else:
        say_rows([_flat({key: row[key] for key in _LISTED}) for row in found], "no exception is like that")


def case(exception_id: str, as_: working.As = "planner", json: asking.Json = False) -> None:
    """Say everything about one exception: record, score, owner, clocks, what was done, events, order lines, siblings."""
    build = warehouse.open_current(current())
    record = _records(build, "exception_detail", exception_id=exception_id)
    if not record:
        raise ControlTowerError(f"there is no exception {exception_id[:80]!r} in build {build.id}; see `tower cases`")
    parts = {key: _records(build, read, exception_id=exception_id) for key, read in _CASE_PARTS.items()}
    done = working.workflow_of(exception_id, as_, build)
    if json:
        say_json({"build": build.id, "exception": record[0], "triage": done} | parts)
        return
    record[0] |= {"score": done["severity"]["score"], "tier": done["severity"]["tier"], "owner": done["owner"]["team"]}
    for key, value in record[0].items():
        if value is not None:
            plain(f"{key}: {value}")
    for key, rows in parts.items():
        plain(f"\n{key.replace('_', ' ')}")
        say_rows(rows, "none")


def _records(build: warehouse.Build, read: str, *state: Any, **bound: Any) -> list[dict[str, Any]]:
    frame = build.read(read, *state, **bound)
    return [
        {str(key): value for key, value in row.items()}
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
