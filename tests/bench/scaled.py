"""How long does a proposal take on a real build with as many short lines as asked? The demo's shortages, copied side by side."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import duckdb

from control_tower import warehouse

SHORT = (
    "open_qty > least(coalesce(allocated_qty, 0), coalesce(confirmed_qty, allocated_qty, 0), open_qty)"
    " AND cancelled_at IS NULL AND released_at IS NULL"
)
RELATIONS = {
    "mart_order_line": ("order_line_id", "order_id", "item_id"),
    "core_order_line": ("order_line_id", "order_id", "item_id"),
    "core_order": ("order_id",),
    "core_inventory": ("item_id",),
    "core_supply": ("supply_id", "item_id"),
    "core_item": ("item_id",),
    "core_item_substitute": ("item_id", "substitute_item_id"),
    "mart_exception": ("exception_id", "order_line_id", "order_id", "item_id"),
}
"""What a copy of a shortage has of its own; customers, sites, lanes and suppliers it shares."""


class Copied:
    """The demo's warehouse with more rows than its manifest says: read as a build is, but not verified as one."""

    def __init__(self, path: Path) -> None:
        self.connection = duckdb.connect(str(path))

    def read(self, name: str, **bound: Any) -> Any:
        """Run one of the product's reads."""
        text = (warehouse.READS / f"{name}.sql").read_text(encoding="utf-8")
        return self.connection.execute(text, {key: value for key, value in bound.items() if f"${key}" in text}).df()


def copied(home: Path, folder: Path, lines: int) -> tuple[Copied, list[str]]:
    """The demo's warehouse with its shortages copied until so many lines are short, and the exceptions to plan for."""
    name = (home / "builds" / "CURRENT").read_text(encoding="utf-8").strip()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(home / "builds" / name / "warehouse.duckdb", folder / "warehouse.duckdb")
    found = Copied(folder / "warehouse.duckdb")
    build = found.connection
    build.execute(
        f"CREATE TEMP TABLE wanted AS SELECT item_id, count(*) AS n FROM mart_order_line WHERE {SHORT} GROUP BY ALL"
    )
    row = build.execute("SELECT sum(n) FROM wanted").fetchone()
    build.execute(
        "CREATE TEMP TABLE times AS SELECT unnest(range(1, ?)) AS k", [max(-(-lines // int(row[0] if row else 1)), 2)]
    )
    for relation, own in RELATIONS.items():
        _copy(build, relation, own)
    asked = build.execute(
        "SELECT min(exception_id) FROM mart_exception WHERE item_id IS NOT NULL AND order_line_id IN"
        f" (SELECT order_line_id FROM mart_order_line WHERE {SHORT}) GROUP BY item_id"
    ).fetchall()
    return found, sorted(str(name) for (name,) in asked)


def _copy(build: Any, relation: str, own: tuple[str, ...]) -> None:
    """The rows of the wanted items once more for each copy, under names of their own."""
    named = ", ".join(f"{name} || '~' || k AS {name}" for name in own)
    if "item_id" in own:
        where = "item_id IN (SELECT item_id FROM wanted)"
    else:
        where = "order_id IN (SELECT order_id FROM mart_order_line JOIN wanted USING (item_id))"
    build.execute(f"INSERT INTO {relation} SELECT * EXCLUDE (k) REPLACE ({named}) FROM {relation}, times WHERE {where}")


def _as_many_sites_ship(rules: Any, build: Copied) -> Any:
    """Policy with what a site can ship for one plan times the copies: the copies share their sites."""
    row = build.connection.execute("SELECT count(*) FROM times").fetchone()
    limits = rules.rules.reallocation
    times = 1 + int(row[0] if row else 0)
    more = limits.model_copy(update={"site_capacity_qty": limits.site_capacity_qty * times})
    return type(rules)(rules.rules.model_copy(update={"reallocation": more}), rules.hash)


def proposed(home: str, folder: str, lines: str) -> dict[str, Any]:
    """Processor seconds of each step from the build to what a proposal stores."""
    from control_tower import policy
    from control_tower.reallocation import compare, payload, plan, situation, turning

    rules = policy.load()
    build, asked = copied(Path(home), Path(folder), int(lines))
    rules = _as_many_sites_ship(rules, build)
    seconds, began = {}, time.process_time()

    def step(name: str) -> None:
        nonlocal began
        seconds[name] = round(time.process_time() - began, 2)
        began = time.process_time()

    found = situation.read(build, asked, rules)  # type: ignore[arg-type]
    step("read")
    made = plan.for_situation(found, rules)
    step("plan")
    written = payload.of(made)
    step("words")
    written = turning.answered(written, made)
    step("what would change it")
    compare.compared(made)
    step("rules of the field")
    return {"short": len(written["lines"]), "options": len(made.model.options), "arcs": len(made.model.arcs),
            "gap": made.solver.gap, "method": made.solver.method, "seconds": seconds,
            "what_if": written["what_if"], "megabytes": len(json.dumps(written)) / 1e6}  # fmt: skip
