"""How does a question at the terminal become a period, a selection and a filter state?

Only reads what was typed and says what is wrong with it; asks nothing and prints nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from control_tower import filters, kpi

By = Annotated[str | None, typer.Option("--by", metavar="DIMENSION", help="Split by this dimension.")]
Asked = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="DIMENSION=VALUE", help="Only these; repeat for alternatives or more dimensions."),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="A whole day, UTC, included.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def period(since: datetime | None, until: datetime | None) -> kpi.Period:
    """Whole days, the last one included. Refuses a period that runs backwards as wrong usage."""
    try:
        return kpi.Period.of_days(since.date() if since else None, until.date() if until else None)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def dimension(by: str | None) -> str | None:
    """The dimension to split by. Refuses an unknown one as wrong usage."""
    if by is not None and by not in kpi.DIMENSIONS:
        raise typer.BadParameter(f"{by[:40]!r} is no dimension; use one of {', '.join(sorted(kpi.DIMENSIONS))}")
    return by


def selection(asked: Sequence[str] | None) -> dict[str, list[str]]:
    """Dimension → alternatives, as every function on a KPI takes them."""
    found: dict[str, list[str]] = {}
    for name, value in _pairs(asked):
        dimension(name)
        found.setdefault(name, []).append(value)
    return found


def state(asked: Sequence[str] | None) -> filters.Filters:
    """The filter state of the pages: its dimensions, and `state`, `aging`, `search`."""
    found, values = filters.Filters(), dict[str, list[str]]()
    for name, value in _pairs(asked):
        values.setdefault(name, []).append(value)
    try:
        for name, given in values.items():
            if name == "state":
                found = replace(found, state=given[-1])
            elif name == "search":
                found = replace(found, search=given[-1])
            else:
                found = found.with_values(name, given)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return found


def _pairs(asked: Sequence[str] | None) -> list[tuple[str, str]]:
    pairs = []
    for text in asked or []:
        name, equals, value = text.partition("=")
        if not equals or not value:
            raise typer.BadParameter(f"--where {text[:60]!r} is not DIMENSION=VALUE")
        pairs.append((name.strip(), value))
    return pairs
