"""How does a script read the published build? The verbs that only read.

Thin: each calls one function of the floors below. Never computes a figure.
"""

from typing import Annotated

import typer

from cli.output import say_json, say_rows
from control_tower.settings import current


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command()(sql)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Run a read-only SELECT on the current build."""
    from control_tower import warehouse

    rows = warehouse.open_current(current()).sql(query).to_pylist()
    if json:
        say_json(rows)
    else:
        say_rows(rows, "no rows")
