"""How does a script ask whether cases go as intended? `tower mine conformance | rules | model | handovers | compare | objects`.

Thin: each verb makes a cohort of what was typed, calls one function of process_mining and prints. Never computes a figure.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.asking import Asked, Day, Json
from cli.mining import View, asked_cohort, mine
from cli.output import err, plain, say_json, say_rows
from control_tower.errors import NotAvailable
from control_tower.settings import current
from process_mining import (
    compare,
    conformance,
    discovery,
    handovers,
    object_centric,
    ocel_export,
    reference_process,
    rules,
)

Limit = Annotated[int, typer.Option(min=1, max=1000, help="Rows shown.")]
Noise = Annotated[float, typer.Option(min=0, max=1, help="Share of rare paths a mined model leaves out.")]


def register(_app: typer.Typer) -> None:
    """Add this module's verbs to `tower mine`."""
    mine.command("conformance")(show_conformance)
    mine.command("rules")(show_rules)
    mine.command("model")(write_model)
    mine.command("handovers")(show_handovers)
    mine.command("compare")(show_comparison)
    mine.command("objects")(show_objects)


def show_conformance(
    view: View = None, where: Asked = None, since: Day = None, until: Day = None,
    process: Annotated[str | None, typer.Option(help="Name of a reference process; that with most cases when left out.")] = None,
    limit: Limit = 20, json: Json = False,
) -> None:  # fmt: skip
    """Measure cases against the process as intended: fitness, precision, deviations and what they cost in time."""
    build, kept = asked_cohort(view, where, since, until)
    offered = reference_process.applicable(build, current(), kept)
    chosen = [one for one in offered if process in (None, one.reference.name)]
    if not chosen:
        names = ", ".join(one.reference.name for one in offered) or "none"
        raise NotAvailable(f"no such reference process speaks of these cases; there are: {names}")
    reference = chosen[0].reference
    found = conformance.check(build, reference.cohort(kept), reference.net)
    rows = found.deviations.head(limit).astype(object).where(found.deviations.notna(), None).to_dict("records")
    said: dict[str, Any] = {
        "process": reference.name, "title": reference.process.title, "cases": found.cases, "variants": found.variants,
        "aligned_cases": found.aligned_cases, "conforming_cases": found.conforming_cases, "fitness": found.fitness,
        "log_fitness": found.log_fitness, "precision": found.precision,
        "left_out": [{"why": why, "variants": n, "cases": cases} for why, (n, cases) in found.left_out.items()],
    }  # fmt: skip
    if json:
        say_json({"build": build.id, **said, "deviations": rows, "offered": [one.reference.name for one in offered]})
        return
    plain(", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in said.items() if name != "left_out"))
    say_rows([{str(name): _short(value) for name, value in row.items()} for row in rows], "no deviation")


def show_rules(
    view: View = None, where: Asked = None, since: Day = None, until: Day = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Violations shown of each rule.")] = 20, json: Json = False,
) -> None:  # fmt: skip
    """Check rules of order (four eyes, invoice after shipment …): which cases break them, with which two events."""
    build, kept = asked_cohort(view, where, since, until)
    found = rules.check(build, kept, rules.rules(current()))
    said = [
        {"rule": one.rule.name, "title": one.rule.title, "checked": one.checked, "violating": one.violating, "events": one.events,
         "why_not": one.why_not}
        for one in found
    ]  # fmt: skip
    if json:
        rows = [one.rows.head(limit).astype(object).where(one.rows.notna(), None).to_dict("records") for one in found]
        say_json({"build": build.id, "rules": [{**a, "rows": b} for a, b in zip(said, rows, strict=True)]})
        return
    say_rows(said, f"no rule speaks of the view {kept.view}")


def write_model(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it: .bpmn or .pnml.")],
    view: View = None, where: Asked = None, since: Day = None, until: Day = None, noise: Noise = 0.2, json: Json = False,
) -> None:  # fmt: skip
    """Mine a process from the cases and write it as BPMN or PNML; say how well it fits."""
    if out.suffix not in (".bpmn", ".pnml"):
        raise typer.BadParameter(f"{out.name}: a model is written as .bpmn or .pnml")
    build, kept = asked_cohort(view, where, since, until)
    model = discovery.discover(build, kept, noise)
    out.write_bytes(discovery.to_bpmn(model) if out.suffix == ".bpmn" else discovery.to_pnml(model.net))
    err.print(f"written to {out}", markup=False, highlight=False, soft_wrap=True)
    found = conformance.check(build, kept, model.net)
    said = {"cases": model.cases, "used_cases": model.used_cases, "activities": len(model.process.activities),
            "fitness": found.fitness, "precision": found.precision}  # fmt: skip
    if json:
        say_json({"build": build.id, "file": str(out), "noise": noise, **said})
        return
    plain(", ".join(f"{name.replace('_', ' ')} {_short(value)}" for name, value in said.items()))


def show_handovers(
    view: View = None, where: Asked = None, since: Day = None, until: Day = None,
    level: Annotated[str, typer.Option(help=f"Between whom: {', '.join(handovers.LEVELS)}.")] = "team",
    limit: Limit = 20, json: Json = False,
) -> None:  # fmt: skip
    """Show who hands work to whom, how long it waits there and how often it comes straight back."""
    if level not in handovers.LEVELS:
        raise typer.BadParameter(f"{level[:40]!r} is no level; use one of {', '.join(handovers.LEVELS)}")
    build, kept = asked_cohort(view, where, since, until)
    found = handovers.as_json(handovers.hand_overs(build, kept, level), limit)
    if json:
        say_json({"build": build.id, **found})
        return
    plain(f"{found['hand_overs']:,} hand-overs in {found['cases_handed_over']:,} of {found['cases']:,} cases")
    names = ("source_name", "target_name", "times", "cases", "returns", "median_wait_seconds", "p90_wait_seconds")
    say_rows([{name: _short(row[name]) for name in names} for row in found["edges"]], "nothing is handed over")


def show_comparison(
    with_: Annotated[list[str], typer.Option("--with", metavar="DIMENSION=VALUE", help="The other cases, as --where says the first.")],
    view: View = None, where: Asked = None, since: Day = None, until: Day = None, limit: Limit = 20, json: Json = False,
) -> None:  # fmt: skip
    """Compare two sets of cases: shares and times of every activity and edge, told from chance."""
    build, first = asked_cohort(view, where, since, until)
    _, second = asked_cohort(first.view, with_, since, until)
    found = compare.compare(build, first, second)
    rows = found.rows.head(limit).astype(object).where(found.rows.notna(), None).to_dict("records")
    if json:
        say_json({"build": build.id, "cases_a": found.cases_a, "cases_b": found.cases_b, "overlap": found.overlap,
                  "median_a_seconds": found.median_a_seconds, "median_b_seconds": found.median_b_seconds,
                  "compared": len(found.rows), "different": int(found.rows["is_different"].sum()), "rows": rows})  # fmt: skip
        return
    plain(
        f"{found.cases_a:,} cases beside {found.cases_b:,}; {int(found.rows['is_different'].sum())} of {len(found.rows)} differ"
    )
    names = (
        "activity",
        "next_activity",
        "share_a",
        "share_b",
        "share_q",
        "time_difference_seconds",
        "time_q",
        "is_different",
    )
    say_rows([{name: _short(row[name]) for name in names} for row in rows], "nothing to compare")


def show_objects(
    view: View = None, where: Asked = None, since: Day = None, until: Day = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write OCEL 2.0 too: .json or .xml.")] = None,
    limit: Limit = 20, json: Json = False,
) -> None:  # fmt: skip
    """Show the objects that the cases' events touch, by type; write them as OCEL 2.0."""
    build, kept = asked_cohort(view, where, since, until)
    if out is not None:
        done = ocel_export.write(build, kept, out)
        err.print(f"{done.events:,} events, {done.objects:,} objects written to {out}", markup=False, soft_wrap=True)
    found = object_centric.as_json(object_centric.object_view(build, kept), limit)
    if json:
        say_json({"build": build.id, **found})
        return
    plain(f"{found['events']:,} events")
    say_rows([{name: _short(value) for name, value in row.items()} for row in found["types"]], "no object")


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
