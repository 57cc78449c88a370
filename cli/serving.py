"""How does the product get onto a screen? The verbs demo and serve.

Never holds what is simulated, loaded or shown: only the order of these.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cli.output import err, progress
from control_tower import builds
from control_tower.errors import PolicyError
from control_tower.settings import PROJECT_ROOT, current

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
    """Simulate a distributor, load what its systems export, publish, and open the dashboard."""
    from etl import pipeline, source
    from etl.intake import Request
    from etl.sources.network_simulator import simulate

    settings = current()
    names = [name for name, _ in simulate.sources()]
    before = builds.current_manifest(settings.builds)
    foreign = {entry.name for entry in before.sources} - set(names) if before else set()
    if foreign:
        raise PolicyError(
            f"{settings.home} holds other data ({', '.join(sorted(foreign))}); the demo needs a home of its own: "
            "TOWER_HOME=/some/other/folder tower demo"
        )
    with tempfile.TemporaryDirectory(prefix="tower-demo-") as folder, progress() as step:
        step("simulate", f"{weeks} weeks × {orders_per_week:,} orders, seed {seed}")
        simulate.simulate(Path(folder), weeks, orders_per_week, seed)
        requests = [Request(source.find(name), Path(folder) / part, "demo") for name, part in simulate.sources()]
        report = pipeline.load(requests, settings, step)
    err.print(f"published {report.build_id}", highlight=False)
    if not no_serve:
        serve(port)


def serve(port: Port = 8501) -> None:
    """Open the dashboard on the loopback address."""
    address = f"http://127.0.0.1:{port}"
    err.print(f"the control tower is at {address} (stop it with Ctrl-C)", highlight=False)
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT_ROOT / "dashboard" / "app.py")]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    environment = {**os.environ, "TOWER_HOME": str(current().home.resolve())}
    raise typer.Exit(subprocess.run([*command, *options], cwd=PROJECT_ROOT, env=environment, check=False).returncode)
