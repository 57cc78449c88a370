"""How does somebody at a terminal bring data in and look after builds? The verbs of loading.

Thin: each calls one function of `etl` and says what came out. Never computes or decides anything. What a verb
needs is imported when it runs, so that `tower --help` and the verbs that only read start at once.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.answering import answering
from cli.output import complain, err, out, plain, progress, say_json, say_rows
from cli.sending import say_shown, shown_to_store
from control_tower import builds as build_store
from control_tower.settings import Settings, current

if TYPE_CHECKING:
    from control_tower.services.intake import Followed
    from etl.pipeline import FileReport, LoadReport
    from etl.source import Source

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as", help="The user of the tower who does it; default: the operating-system account, outside the tower."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    for verb in (load, unload, builds, rollback, doctor, quarantine):
        app.command()(verb)
    app.command("new-source")(new_source)


def load(
    sources: Annotated[list[str], typer.Argument(help="A shipped source's name, or a folder with a source.toml.")],
    from_: Annotated[Path | None, typer.Option("--from", help="Folder that holds the files.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Validate the source folder without loading.")] = False,
    as_of: Annotated[datetime | None, typer.Option(help="The source's clock; default: its newest event.")] = None,
    as_: As = None,
    json: Json = False,
) -> None:
    """Load sources into a new build and publish it; --check only validates the folder."""
    from etl import lock, pipeline, source
    from etl.intake import Request

    found = [source.find(name) for name in sources]
    if check:
        _check(found, from_, json)
        return
    who = as_ or lock.user()
    moment = as_of.isoformat() if as_of else None
    requests = [Request(item, _folder(item, from_), who, moment) for item in found]
    with answering(as_, "load", ", ".join(sources)), progress() as step:
        report = pipeline.load(requests, current(), step)
    _say(report, json, shown_to_store(current()))


def _folder(item: "Source", from_: Path | None) -> Path:
    if from_:
        return from_
    return (item.folder / item.toml.from_).resolve() if item.toml.from_ else item.folder


def _check(found: list["Source"], from_: Path | None, json: bool) -> None:
    from etl import checking

    findings = [finding for item in found for finding in checking.check(item, _folder(item, from_), current())]
    if json:
        say_json({"ok": not findings, "findings": findings})
    else:
        for finding in findings:
            complain(finding)
        if not findings:
            out.print(f"{', '.join(item.name for item in found)}: nothing to complain about")
    if findings:
        raise typer.Exit(1)


def _say(report: "LoadReport", json: bool, followed: "Followed") -> None:
    new = [f for f in report.files if f.is_new]
    if json:
        shown = [{"subject": r.subject_id, "state": r.state} for r in followed.receipts]
        escalated = [one.exception_id for one in followed.escalated if not one.refused]
        say_json(_as_json(report, new) | {"shown": shown, "escalated": escalated})
        return
    _say_files(report, new)
    say_shown(followed)


def _say_files(report: "LoadReport", new: list["FileReport"]) -> None:
    for f in new:
        counted = f"{f.read:,} read = {f.loaded:,} loaded + {f.refused:,} refused + {f.duplicate:,} known already"
        plain(f"{f.source} · {f.file}: {counted}" + (f" · {f.warning}" if f.warning else ""))
    if not report.published:
        plain(f"nothing new; build {report.build_id} stays")
        return
    detected = [f"{count:,} {name}" for name, count in report.exceptions_detected.items() if count]
    if detected:
        plain(f"detected: {', '.join(detected)}")
    for title in report.broken_audits:
        plain(f"audit not green: {title}")
    if any(f.refused for f in new):
        plain("what was refused: tower quarantine")
    plain(f"published {report.build_id}")


def _as_json(report: "LoadReport", new: list["FileReport"]) -> dict[str, object]:
    shown = ("file_no", "source", "file", "read", "loaded", "refused", "duplicate", "warning")
    return {
        "build": report.build_id,
        "published": report.published,
        "files": [{name: getattr(f, name) for name in shown} for f in new],
        "detected": report.exceptions_detected,
        "broken_audits": report.broken_audits,
    }


def unload(name: Annotated[str, typer.Argument(metavar="SOURCE")], as_: As = None, json: Json = False) -> None:
    """Publish a build without one source; its raw files stay."""
    from control_tower.services.intake import Followed
    from etl import pipeline

    with answering(as_, "unload", name), progress() as step:
        report = pipeline.unload(name, current(), step, as_)
    _say(report, json, Followed([], []))


def builds(json: Json = False) -> None:
    """List the builds on disk, newest first; the published one is marked."""
    found = build_store.existing(current().builds)
    sources = [[entry.name for entry in info.manifest.sources] for info in found]
    rows: list[dict[str, object]] = [
        {
            "build": info.manifest.build_id,
            "current": info.is_current,
            "made_at": info.manifest.made_at,
            "sources": names,
            "files": len(info.manifest.files),
            "rows": sum(entry.rows for entry in info.manifest.relations.values()),
            "megabytes": round(info.size_bytes / 1e6, 1),
        }
        for info, names in zip(found, sources, strict=True)
    ]
    if json:
        say_json(rows)
    else:
        brief = [{**row, "sources": ", ".join(names)} for row, names in zip(rows, sources, strict=True)]
        say_rows(brief, "no build yet: tower demo, or tower load")


def rollback(build: str, as_: As = None, json: Json = False) -> None:
    """Publish an older build again; loads it does not hold are withdrawn and may be loaded anew."""
    from etl import pipeline

    with answering(as_, "rollback", build):
        manifest = pipeline.rollback(build, current(), as_)
    if json:
        say_json({"build": manifest.build_id, "published": True})
    else:
        out.print(f"published {manifest.build_id}", highlight=False)


def doctor(
    rebuild: Annotated[bool, typer.Option(help="Make the published build again from its raw files.")] = False,
    json: Json = False,
) -> None:
    """Say what is where, what is wrong and what to do."""
    from etl import doctoring, pipeline

    settings = current()
    if rebuild:
        with progress() as step:
            report = pipeline.rebuild(settings, step)
        err.print(f"made again as {report.build_id}", highlight=False)
    findings = doctoring.examine(settings)
    if json:
        say_json(
            {
                "home": str(settings.home),
                "ok": all(f.is_fine for f in findings),
                "findings": [f.as_dict() for f in findings],
            }
        )
    else:
        for finding in findings:
            out.print(finding.sentence(), markup=False, highlight=False, soft_wrap=True)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)


def quarantine(
    refused: Annotated[str | None, typer.Option(help="Of a load that was not published: its build id.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Repaired ones too.")] = False,
    limit: Annotated[int, typer.Option(help="At most so many rows.", min=1)] = 1000,
    json: Json = False,
) -> None:
    """List rows that were refused: file, line, column, value, reason."""
    rows = _quarantine_rows(current(), refused, everything, limit)
    if json:
        say_json(rows)
        return
    brief = [{k: row[k] for k in ("file", "line", "column", "value", "rule", "reason")} for row in rows]
    say_rows(brief, "nothing is refused")


def _quarantine_rows(settings: Settings, refused: str | None, everything: bool, limit: int) -> list[dict[str, object]]:
    from control_tower import warehouse

    if refused:
        return warehouse.refused_rows(settings.home / "quarantine" / f"{Path(refused).name}.parquet", limit)
    frame = warehouse.open_current(settings).read("quarantine_list", everything=everything, row_limit=limit)
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in records]


def new_source(
    file: Annotated[Path, typer.Argument(help="A file to look at.")],
    into: Annotated[
        Path | None, typer.Option(help="Folder to write; default: a folder of the file's name here.")
    ] = None,
) -> None:
    """Draft a source folder by looking at a file: reader, columns, types, formats; you finish the SQL."""
    from etl import drafting

    folder = drafting.draft(file, into)
    out.print(
        f"{folder}: read source.toml, finish exception.sql, then: tower load --check {folder} --from {file.parent}"
    )
