"""How does a script ask how cases really flowed? `tower mine …`: maps, variants, bottlenecks, rework, delays.

Thin: each verb makes a cohort of what was typed, calls one function of process_mining and prints. Never computes a figure.
Verbs in sibling modules add themselves to `mine`.
"""

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.asking import Asked, Day, Json, state
from cli.output import err, plain, say_json, say_rows
from control_tower import warehouse
from control_tower.settings import current
from control_tower.warehouse import Build
from process_mining import (
    abstraction,
    approval,
    bottleneck,
    case_list,
    cohort,
    delay_reason,
    directly_follows,
    event_log,
    kept_cases,
    performance,
    rework,
    service_map,
    stay,
    variants,
)
from process_mining.cohort import Cohort

mine = typer.Typer(help="Mine the event log of the published build.", no_args_is_help=True)

View = Annotated[
    str | None,
    typer.Option(
        "--view", metavar="VIEW", help="What a case is: an object type of the build; exception when left out."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the cases' events too: .xes or .csv by suffix.")
]


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.add_typer(mine, name="mine")
    mine.command("map")(show_map)
    mine.command("variants")(show_variants)
    mine.command("bottlenecks")(show_bottlenecks)
    mine.command("rework")(show_rework)
    mine.command("approvals")(show_approvals)
    mine.command("delays")(show_delays)
    mine.command("service")(show_service)
    mine.command("cases")(show_cases)


def asked_cohort(
    view: str | None, where: list[str] | None, since: datetime | None = None, until: datetime | None = None
) -> tuple[Build, Cohort]:
    """The published build and the cohort that was asked for.

    `where` takes the dimensions of every other verb, and the words of a mining link: through, avoiding, follows, not_follows,
    variant, cases, min_seconds, max_seconds, starts_with, ends_with, weekday. What cannot be read is wrong usage.
    """
    build = warehouse.open_current(current())
    own, rest = dict[str, list[str]](), list[str]()
    for text in where or []:
        name, _, value = text.partition("=")
        if name.strip() in cohort.WORDS and value:
            own.setdefault(name.strip(), []).append(value)
        else:
            rest.append(text)
    found, refused = cohort.from_query_params(own)
    if refused:
        raise typer.BadParameter(" ".join(refused).replace("The link's", "--where").replace("was ignored", "is wrong"))
    try:
        kept = replace(found, filters=state(rest), view=view or _usual_view(build))
        kept = replace(kept, since=since.date() if since else kept.since, until=until.date() if until else kept.until)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return build, kept


def _usual_view(build: Build) -> str:
    held = kept_cases.views(build)
    return cohort.DEFAULT_VIEW if cohort.DEFAULT_VIEW in held or not held else held[0]


def _shown(row: Any) -> dict[str, Any]:
    """A row for people: shares in percent, seconds whole."""
    words = asdict(row)
    for name, value in words.items():
        if isinstance(value, float):
            words[name] = f"{value:.1%}" if name == "share" else round(value)
    return words


def written(build: Build, kept: Cohort, out: Path | None) -> None:
    """Write the cohort's log where `--out` says, and say so on standard error."""
    if out is not None:
        count = event_log.write_log(build, kept, out)
        err.print(f"{count:,} events written to {out}", markup=False, highlight=False, soft_wrap=True)


def show_map(
    view: View = None,
    where: Asked = None,
    since: Day = None,
    until: Day = None,
    activities: Annotated[float, typer.Option(min=0, max=100, help="Percent of activities kept.")] = 100,
    paths: Annotated[float, typer.Option(min=0, max=100, help="Percent of paths kept.")] = 100,
    repeats_as_one: Annotated[
        bool, typer.Option("--repeats-as-one", help="A step that comes again at once counts once.")
    ] = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Show what follows what: activities and edges with events, cases and times between."""
    build, kept = asked_cohort(view, where, since, until)
    found = abstraction.simplified(
        directly_follows.dfg(build, kept, with_times=True, collapsed=repeats_as_one), activities, paths
    )
    written(build, kept, out)
    if json:
        say_json({**found.as_json(), "service": service_map.service_map(build, kept).as_json(), "build": build.id})
        return
    plain(f"{found.cases:,} cases of {found.view}, {found.events:,} events")
    names = ("from", "to", "events", "cases", "median_seconds", "p90_seconds")
    say_rows([{name: row[name] for name in names} for row in found.as_json()["edges"]], "nothing follows anything here")


def show_variants(
    view: View = None,
    where: Asked = None,
    since: Day = None,
    until: Day = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows shown.")] = 20,
    out: Out = None,
    json: Json = False,
) -> None:
    """Rank the ways cases take, with share, times and what became of their exceptions."""
    build, kept = asked_cohort(view, where, since, until)
    found = variants.variants(build, kept, limit, max_steps=10_000 if json else 30)
    written(build, kept, out)
    if json:
        say_json(found.as_json())
        return
    plain(f"{found.variants:,} variants of {found.cases:,} cases; {found.other_cases:,} cases take ways not shown")
    rows = [
        {"no": row.variant_no, "cases": row.cases, "share": f"{row.share:.1%}", "up_to": f"{row.cumulative_share:.1%}",
         "median_seconds": row.median_seconds, "p90_seconds": row.p90_seconds,
         "activities": " → ".join(row.activities) + (" → …" if row.is_cut else "")}
        for row in found.rows
    ]  # fmt: skip
    say_rows(rows, "no cases")


def show_bottlenecks(
    view: View = None,
    where: Asked = None,
    since: Day = None,
    until: Day = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows shown.")] = 20,
    out: Out = None,
    json: Json = False,
) -> None:
    """Rank steps and edges by total waiting, open cases included."""
    build, kept = asked_cohort(view, where, since, until)
    found = bottleneck.bottlenecks(build, kept, limit)
    written(build, kept, out)
    if json:
        say_json({**found.as_json(), "service": service_map.service_map(build, kept).as_json(), "build": build.id})
        return
    plain(f"{found.cases:,} cases of {found.view}; stays after a step, Kaplan–Meier, those still waiting counted:")
    say_rows([_shown(row) for row in found.steps], "no case waits anywhere")
    plain("Between two steps, observed only:")
    say_rows([_shown(row) for row in found.edges], "nothing follows anything here")


def show_rework(
    view: View = None,
    where: Asked = None,
    between: Annotated[str, typer.Option(help=f"Ping-pong between {', '.join(kept_cases.UNITS)}.")] = "team_id",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Rows shown.")] = 20,
    json: Json = False,
) -> None:
    """Show what is done more than once, and work that goes to and fro."""
    if between not in kept_cases.UNITS:
        raise typer.BadParameter(f"{between[:40]!r} is no unit; use one of {', '.join(kept_cases.UNITS)}")
    build, kept = asked_cohort(view, where)
    found, units = rework.rework(build, kept, limit), rework.ping_pong_between(build, kept, between, limit)
    if json:
        say_json({**asdict(found), "between": between, "ping_pong_between": [asdict(row) for row in units]})
        return
    plain(f"{found.cases_with_repeats:,} of {found.cases:,} cases repeat an activity")
    say_rows([_shown(row) for row in found.repeated], "nothing is done twice")
    say_rows([_shown(row) for row in units], f"no work goes to and fro by {between}")


def show_approvals(view: View = None, where: Asked = None, json: Json = False) -> None:
    """Show how long approvals take inside the flow, by approver."""
    build, kept = asked_cohort(view, where)
    found = approval.approval_latency(build, kept)
    if json:
        say_json(asdict(found))
        return
    median = found.overall.median.value
    plain(f"{found.overall.n:,} requests, {found.overall.open:,} without decision, median {median} seconds")
    say_rows(
        [{"approver": row.approver, "team": row.team_id, "decisions": row.decisions,
          "median_seconds": row.seconds.median.value, "p90_seconds": row.seconds.p90.value, "too_few": row.is_too_few} for row in found.approvers],
        "nobody has decided",
    )  # fmt: skip


def show_delays(view: View = None, where: Asked = None, json: Json = False) -> None:
    """Attribute waiting to missing data, unclear ownership, policy ambiguity, system failure."""
    build, kept = asked_cohort(view, where)
    found = delay_reason.delay_reasons(build, kept)
    if json:
        say_json(asdict(found))
        return
    say_rows([_shown(row) for row in found.reasons], "no case waits anywhere")
    plain("Activities behind the unknown time: " + ", ".join(name for name, _ in found.unnamed))


def show_service(view: View = None, where: Asked = None, json: Json = False) -> None:
    """Show waiting apart from service, where the log writes start and complete."""
    build, kept = asked_cohort(view, where)
    found = performance.performance(build, kept)
    if json:
        say_json({**asdict(found), "stays": [asdict(row) for row in stay.stays(build, kept)]})
        return
    none = "this log writes no start events: waiting and service cannot be told apart, not even as 0"
    say_rows([_shown(row) for row in found.activities], none)


def show_cases(
    view: View = None,
    where: Asked = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    json: Json = False,
) -> None:
    """List the cases of a cohort, the longest first."""
    build, kept = asked_cohort(view, where)
    found = case_list.cases(build, kept, limit)
    if json:
        say_json(asdict(found))
        return
    plain(f"{found.total:,} cases")
    say_rows([_shown(row) for row in found.rows], "no cases")
