"""How does the product get onto a screen? The verbs demo and serve.

Never holds what is simulated, loaded or shown: only the order of these.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli import keeping
from cli.output import err, progress
from cli.sending import sender
from control_tower import builds
from control_tower.errors import PolicyError
from control_tower.settings import PROJECT_ROOT, Settings, current

Port = Annotated[int, typer.Option(help="Port on the loopback address.")]


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command()(demo)
    app.command()(serve)


def demo(
    weeks: Annotated[int, typer.Option(min=1)] = 26,
    orders_per_week: Annotated[int, typer.Option(min=10)] = 1500,
    seed: int = 1,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only simulate, load and publish.")] = False,
    port: Port = 8501,
) -> None:
    """Simulate a distributor, load what its systems export, publish, and open the dashboard.

    A home that holds this very demo is only served; one that holds another demo or other data is refused.
    """
    from etl import pipeline, source
    from etl.intake import Request
    from etl.sources.network_simulator import simulate

    settings = current()
    wanted = {"weeks": weeks, "orders_per_week": orders_per_week, "seed": seed}
    names = [name for name, _ in simulate.sources()]
    if not _is_there(settings, names, wanted):
        with tempfile.TemporaryDirectory(prefix="tower-demo-") as folder, progress() as step:
            step("simulate", _named(wanted))
            simulate.simulate(Path(folder), weeks, orders_per_week, seed)
            _marker(settings).write_text(json.dumps(wanted) + "\n", encoding="utf-8")
            requests = [Request(source.find(name), Path(folder) / part, "demo") for name, part in simulate.sources()]
            report = pipeline.load(requests, settings, step)
        err.print(f"published {report.build_id}", highlight=False)
    if not no_serve:
        serve(port)


def _is_there(settings: Settings, names: list[str], wanted: dict[str, int]) -> bool:
    """Whether the home holds this very demo. Raises PolicyError when it holds another one, or other data."""
    before = builds.current_manifest(settings.builds)
    held = {entry.name for entry in before.sources} if before else set()
    if before is None or not held:
        settings.home.mkdir(parents=True, exist_ok=True)
        return False
    elsewhere = "the demo needs a home of its own: TOWER_HOME=/some/other/folder tower demo"
    if held - set(names):
        raise PolicyError(f"{settings.home} holds other data ({', '.join(sorted(held - set(names)))}); {elsewhere}")
    marker = _marker(settings)
    there = json.loads(marker.read_text(encoding="utf-8")) if marker.exists() else None
    if there != wanted:
        raise PolicyError(
            f"{settings.home} holds the demo of {_named(there) if there else 'another release'}, not of {_named(wanted)}; "
            f"two demos would mix. Remove that folder to replace it, or leave it: {elsewhere}"
        )
    err.print(f"the demo of {_named(wanted)} is there: {before.build_id}", highlight=False)
    return True


def _marker(settings: Settings) -> Path:
    """Where a home says which demo it holds; written before the load, so that a killed one is simply begun again."""
    return settings.home / "demo.json"


def _named(size: dict[str, int]) -> str:
    return f"{size['weeks']} weeks × {size['orders_per_week']:,} orders, seed {size['seed']}"


def serve(
    port: Port = 8501,
    send: Annotated[
        bool, typer.Option("--send", help="Also hand over what the outbox holds, in the background.")
    ] = False,
) -> None:
    """Open the dashboard on the loopback address."""
    address = f"http://127.0.0.1:{port}"
    err.print(f"the control tower is at {address} (stop it with Ctrl-C)", highlight=False)
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT_ROOT / "dashboard" / "app.py")]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    environment = {**os.environ, "TOWER_HOME": str(current().home.resolve())}
    with sender(current(), send):
        ended = keeping.keep_running([*command, *options], environment, str(PROJECT_ROOT), _say)
    raise typer.Exit(ended)


def _say(sentence: str) -> None:
    err.print(sentence, highlight=False)
