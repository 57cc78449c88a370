"""One measured run in a process of its own, so that its peak memory is its own: `bare`, `load`, `pages` …"""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from tests.bench import alignment, mining, planning, scaled, trail, worked, world, year


def bare(files: str, database: str) -> dict[str, Any]:
    """What DuckDB alone needs to make one table of the same files."""
    began = time.perf_counter()
    with duckdb.connect(database) as connection:
        connection.execute("CREATE TABLE event AS SELECT * FROM read_csv(?)", [files])
    return {"seconds": time.perf_counter() - began}


def load(source_name: str, files: str, home: str) -> dict[str, Any]:
    """A whole load: seconds until the core tables are validated, and until the build is published."""
    from control_tower.settings import Settings
    from etl import pipeline, source
    from etl.intake import Request

    began = time.perf_counter()
    reached: dict[str, float] = {}
    request = Request(source.find(source_name), Path(files), "bench")
    report = pipeline.load(
        [request],
        Settings(home=Path(home)),
        lambda step, _: reached.setdefault(step, time.perf_counter() - began) and None,
    )
    return {
        "core": reached["detect"],
        "published": time.perf_counter() - began,
        "steps": reached,
        "rows": sum(f.loaded for f in report.files),
    }


def pages(_: str) -> dict[str, Any]:
    """Server time of every page, second run (warm), in seconds."""
    from streamlit.testing.v1 import AppTest

    project = Path(__file__).resolve().parents[2]
    seconds = {}
    for page in sorted((project / "dashboard" / "app_pages").glob("*.py")):
        if page.name == "__init__.py":
            continue
        app = AppTest.from_file(str(project / "dashboard" / "app.py"), default_timeout=120)
        app.run()
        try:
            app.switch_page(str(page)).run()
        except ValueError:  # not a page of the demo's planner
            continue
        began = time.perf_counter()
        app.run()
        seconds[page.stem] = time.perf_counter() - began
        assert not app.exception, f"{page.stem}: {app.exception}"
    return {"pages": seconds}


def demo(home: str, weeks: str, orders_per_week: str) -> dict[str, Any]:
    """Simulate, load, mine and publish, as `tower demo --no-serve` does, in seconds by stage."""
    from control_tower.settings import Settings
    from etl import pipeline, source
    from etl.intake import Request
    from etl.sources.network_simulator import simulate

    began = time.perf_counter()
    files = Path(home).with_name("simulated")
    report = simulate.simulate(files, int(weeks), int(orders_per_week), 1)
    simulated = time.perf_counter() - began
    requests = [Request(source.find(name), files / part, "bench") for name, part in simulate.sources()]
    pipeline.load(requests, Settings(home=Path(home)), lambda _step, _detail: None)
    return {"simulated": simulated, "published": time.perf_counter() - began, "orders": report.orders}


def plan(lines: str, sites: str) -> dict[str, Any]:
    """Seconds to plan a seeded shortage, the proven gap, and the two rules of the field beside it."""
    from control_tower import policy
    from control_tower.reallocation import compare
    from control_tower.reallocation import plan as planning
    from tests.bench import shortage

    rules = policy.load()
    found = shortage.made(int(lines), int(sites), rules)
    began, worked = time.perf_counter(), time.process_time()
    made = planning.for_situation(found, rules)
    return {
        "seconds": time.perf_counter() - began, "processor_seconds": time.process_time() - worked,
        "method": made.solver.method, "gap": made.solver.gap, "options": len(made.model.options),
        "arcs": len(made.model.arcs), "compared": compare.compared(made),
    }  # fmt: skip


if __name__ == "__main__":
    measured = {
        "bare": bare,
        "load": load,
        "pages": pages,
        "demo": demo,
        "served": year.served,
        "simulated": world.simulated,
        "align": alignment.aligned,
        "plan": plan,
        "optima": planning.optima,
        "proposed": scaled.proposed,
        "worked": worked.measure,
        "worked-write": worked.write,
        "audit": trail.audited,
        **mining.MEASUREMENTS,
    }[sys.argv[1]](*sys.argv[2:])
    measured["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    sys.stdout.write("\n" + json.dumps(measured) + "\n")
