"""Which verbs does `tower` know? The list of commands, and how an error becomes words and an exit code.

0 done, 1 refused (data or policy said no, and why), 2 wrong usage. Each verb is a thin function in a
sibling module; nothing is computed here.
"""

import sys

import typer

from cli import (
    accounts,
    analysing,
    conforming,
    deciding,
    figures,
    judging,
    loading,
    mining,
    reading,
    sending,
    serving,
    working,
)
from cli.output import complain
from control_tower.errors import ControlTowerError

app = typer.Typer(
    name="tower",
    help="An order-exception control tower: load, mine, see, decide.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
MODULES = (
    loading, reading, figures, analysing, deciding, judging, mining, conforming, sending, working, serving, accounts,
)  # fmt: skip
for module in MODULES:
    module.register(app)


def run() -> None:
    """Entry point of the `tower` command."""
    try:
        app()
    except ControlTowerError as error:
        complain(str(error))
        sys.exit(1)


if __name__ == "__main__":
    run()
