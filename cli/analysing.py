"""How does a script ask where exceptions come from? The verbs that analyse the published build.

Thin: each calls the analysis below and prints. Never computes a figure.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import typer

from cli.output import plain, say_json, say_rows
from control_tower import warehouse
from control_tower.analysis import concentration, exposure, folding, kept
from control_tower.errors import NotAvailable
from control_tower.settings import current

_COUNTED = ("label", "n", "n_share", "n_running", "amount", "amount_share", "touches", "touches_share")
_SHOWN = (
    "verdict", "type_code", "key", "other_key", "exposed", "failed", "rate", "rest_rate", "low", "high", "q",
    "replicated", "excess", "amount_recoverable", "explained_by",
)  # fmt: skip
_TOLD = ("verdict", "type_code", "dimension", "key", "other_key", "exposed", "failed", "rate", "rest_rate", "low", "high",
         "excess", "amount_recoverable")  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command("root-cause")(root_cause_by)


def root_cause_by(
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help=f"One of {', '.join(concentration.DIMENSIONS)}: who holds how much, and all compared there."
        ),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; a quarter when left out.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; the build's clock when left out.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows shown.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Say where exceptions concentrate, and where they happen beyond what exposure, mix and chance explain."""
    if by is not None and by not in concentration.DIMENSIONS:
        raise typer.BadParameter(f"{by!r} is no dimension; use one of {', '.join(concentration.DIMENSIONS)}")
    build = warehouse.open_current(current())
    span = _span(build, since, until)
    counted = concentration.concentration(build, by, span) if by else None
    result = kept.search(build, span)
    found = result.as_json(by, limit) | {"findings": folding.as_json(folding.fold(result.found()))}
    if json:
        held = {"concentration": counted.as_json(limit)} if counted else {}
        say_json({"build": build.id} | held | {"root_cause": found})
        return
    if counted:
        _say_holders(counted, limit)
    _say(found)


def _say_holders(counted: concentration.Concentration, limit: int) -> None:
    one = counted.measures["n"]
    top = "–" if one.top_share is None else f"{one.top_share:.1%}"
    index = "–" if one.index is None else f"{one.index:.3f}"
    plain(f"{counted.dimension}: {one.total:,.0f} exceptions, top three {top}, HHI {index}")
    known = [name for name in _COUNTED if name in counted.rows and counted.rows[name].notna().any()]
    rows = [{name: _short(row[name]) for name in known} for row in counted.as_json(limit)["rows"]]
    say_rows(rows, "no exceptions in this period")


def _say(found: dict[str, Any]) -> None:
    """The findings that no other explains, as the page shows them, then every row of the asked dimension."""
    for missing in found["no_exposure_known"]:
        plain(f"{missing['title']}: {missing['n']:,} exceptions, {exposure.NO_EXPOSURE}: concentration only, no cause")
    if found["exposure"]:
        plain(f"{found['looked_at']:,} comparisons, false-alarm level {found['false_alarm_level']:.0%}")
        lines = [
            {name: _short(row[name]) for name in _TOLD} | {"customers": len(row["customers"]) or None}
            for row in found["findings"]
        ]
        say_rows(lines, "nothing is beyond chance")
        plain(f"{found['row_count']:,} rows behind it, the most certain first")
        rows = [{name: _short(row[name]) for name in _SHOWN} for row in found["rows"]]
        say_rows(rows, "nothing failed here in this period")


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _span(build: warehouse.Build, since: datetime | None, until: datetime | None) -> exposure.Span:
    """Whole days, the last one included; what is left out comes from the build."""
    usual = exposure.default_span(build)
    first = since or (usual.since if until is None else until - exposure.QUARTER)
    last = _after(until.date()) if until else max(usual.until, first + timedelta(days=1))
    try:
        return exposure.Span(first, last)
    except ValueError as error:
        raise NotAvailable(str(error)) from error


def _after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time())
