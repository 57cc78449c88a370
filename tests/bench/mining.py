"""How fast is mining on ten and on a hundred million events? `python -m tests.bench mining`, on an idle machine.

Writes a build that holds nothing but encoded steps (twelve activities, 5,000 variants of skewed frequency, times without a
pattern), asks it what every click of the mining pages asks, and asks pm4py and polars the same of the same events.
"""

import argparse
import dataclasses
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from control_tower import builds, contract, manifest, warehouse
from control_tower.settings import Settings
from tests.bench import sections, worked

GOALS = {"map": 0.2, "times": 0.5, "variants": 0.5}
LARGE = 100_000_000
WAYS = 5_000
STEPS_A_CASE = 13
ACTIVITIES = 12
CASES_A_SLICE = 500_000


def add_to(options: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--large", type=int, default=LARGE, help="events of the second, larger build; 0 = none")
    options.add_argument("--home", type=Path, help="keep the builds below this folder, or measure those that are there")


def run(given: argparse.Namespace, child: Callable[..., dict[str, Any]], say: Callable[[str], None]) -> None:
    """Write both builds, measure each in a process of its own, write the section."""
    os.environ |= {"TOWER_QUERY_SECONDS": "120", "TOWER_MEMORY_LIMIT": "6GB"}  # measured, not stopped
    with tempfile.TemporaryDirectory(prefix="tower-mining-") as folder:
        kept, measured = given.home or Path(folder), dict[int, dict[str, Any]]()
        for events in filter(None, (given.events, given.large)):
            home = kept / str(events)
            if not (home / "builds" / "CURRENT").exists():
                say(f"{events:,} events written in {child('mining-write', str(home), str(events))['seconds']:.0f} s")
            measured[events] = child("mining", str(home), home=str(home))
            say(f"{events:,} events: {measured[events]}")
        others = {name: child(f"mining-{name}", str(kept / str(given.events))) for name in ("polars", "pm4py")}
        say(str(others))
        home = kept / f"{given.events}_worked"
        if not (home / "builds" / "CURRENT").exists():
            child("worked-write", str(home), str(given.events))
        more = {"worked": child("worked", str(home), home=str(home)), "align": child("align", folder)}
        say(str(more))
    sections.put("mining", f"Mining {given.events:,} events", report(measured, others, more))


def write(home: str, events: str) -> dict[str, Any]:
    """Publish a build of so many steps, made by SQL slice by slice in case order."""
    began = time.perf_counter()
    make(Path(home), int(events), (WALK, *VARIANTS), lambda connection: connection.execute(_STEPS))
    return {"seconds": time.perf_counter() - began}


def make(home: Path, events: int, variants: tuple[str, ...], steps: Callable[[Any], Any]) -> None:
    """Publish a build below `home`; `steps` writes those of the slice at hand."""
    settings = Settings(home=home)
    staged = settings.staging / "bench"
    staged.mkdir(parents=True)
    connection = warehouse.create(staged / builds.WAREHOUSE, settings)
    for statement in variants:
        connection.execute(statement)
    cases = events // STEPS_A_CASE
    for low in range(0, cases, CASES_A_SLICE):
        span = {"low": low + 1, "high": min(cases, low + CASES_A_SLICE) + 1}
        connection.execute(_SLICE, span)
        steps(connection)
        connection.execute(_CASES)
    for statement in _SUMS:
        connection.execute(statement)
    connection.execute("CHECKPOINT")
    counted = {name: connection.table(name).aggregate("count(*)").fetchall()[0][0] for name in contract.relations()}
    connection.close()
    _publish(staged, settings, counted)


def _publish(staged: Path, settings: Settings, counted: dict[str, int]) -> None:
    made = manifest.Manifest(
        build_id="bench", made_at=datetime(2026, 3, 15, tzinfo=UTC).isoformat(), code_version="0", code_hash="0" * 64,
        reference={}, engine_version=duckdb.__version__, policy_version="1", policy_hash="0" * 64, sources=(), files=(),
        relations={name: manifest.RelationEntry(rows=rows, hash="") for name, rows in counted.items()},
    )  # fmt: skip
    (staged / builds.MANIFEST).write_text(dataclasses.replace(made).to_json(), encoding="utf-8")
    builds.install(staged, settings.builds)
    builds.point_to(settings.builds, "bench")


#: each variant walks through twelve activities in order, and jumps at one step in six
WALK = (
    "CREATE TEMP TABLE walk AS SELECT v, s, CAST(1 + (s + CASE WHEN hash(v, s) % 6 = 0 AND v > 0 THEN hash(s, v) % 12 "
    f"ELSE 0 END) % 12 AS INTEGER) AS no FROM range({WAYS}) AS a(v), range(24) AS b(s) "
    f"WHERE s < CASE WHEN v = 0 THEN {STEPS_A_CASE} ELSE 8 + hash(v) % 11 END"
)
VARIANTS = (
    "CREATE TEMP TABLE path AS SELECT v, s + 1 AS step_no, no, lead(no) OVER w AS next_no, "
    "row_number() OVER (PARTITION BY v, no ORDER BY s) AS seen FROM walk WINDOW w AS (PARTITION BY v ORDER BY s)",
    "CREATE TEMP TABLE step AS SELECT v, step_no, no, next_no, seen, "
    "row_number() OVER (PARTITION BY v, no, next_no ORDER BY step_no) AS edge_seen, "
    "count(*) OVER (PARTITION BY v) AS steps FROM path",
    "CREATE TEMP TABLE slice (case_no INTEGER, step_no INTEGER, no INTEGER, next_no INTEGER, seen INTEGER, "
    "edge_seen INTEGER, moment TIMESTAMP, gap BIGINT, v INTEGER)",
    "INSERT INTO mart_variant SELECT 'order', v + 1, list(no ORDER BY step_no), count(*), 0 FROM step GROUP BY v",
)
# a step of a case stands somewhere in its own slot of 90 minutes: no window is needed to know the gap to the next
_AT = "TIMESTAMP '2025-01-01' + to_seconds(CAST(hash(c) % 31536000 AS BIGINT) + {s} * 5400 + CAST(hash(c, {s}) % 5400 AS BIGINT))"
_SLICE = (
    "CREATE OR REPLACE TEMP TABLE slice AS SELECT CAST(c AS INTEGER) AS case_no, step_no, no, next_no, seen, edge_seen, "
    f"{_AT.format(s='step_no')} AS moment, CASE WHEN next_no IS NOT NULL THEN 5400 + CAST(hash(c, step_no + 1) % 5400 AS BIGINT) "
    "- CAST(hash(c, step_no) % 5400 AS BIGINT) END AS gap, v "
    f"FROM (SELECT c, CAST(floor({WAYS} * pow((hash(c) % 1000000) / 1000000.0, 6)) AS BIGINT) AS of_variant "
    "FROM range($low, $high) AS t(c)) JOIN step ON step.v = of_variant ORDER BY c, step_no"
)
_STEPS = (
    "INSERT INTO mart_event_step SELECT 'order', case_no, step_no, no, next_no, seen, "
    "CASE WHEN next_no IS NOT NULL THEN edge_seen END, moment, gap, 0 FROM slice"
)
_CASES = (
    "INSERT INTO mart_case SELECT 'order', case_no, 'o' || case_no, 'bench', any_value(v) + 1, count(*), min(moment), max(moment), "
    "coalesce(sum(gap), 0), case_no % 50 = 0 FROM slice GROUP BY case_no ORDER BY case_no"
)
_SUMS = (
    "UPDATE mart_variant SET case_count = (SELECT count(*) FROM mart_case AS c WHERE c.variant_no = mart_variant.variant_no)",
    "INSERT INTO mart_activity SELECT 'order', activity_no, 'activity ' || activity_no, count(*), "
    "count(*) FILTER (WHERE activity_seen = 1) FROM mart_event_step GROUP BY activity_no",
)


def measure(_home: str) -> dict[str, Any]:
    """Best of three, in seconds: what a click asks, of a cohort that is a filter and keeps most cases."""
    from datetime import date

    from control_tower import settings
    from process_mining.cohort import Cohort
    from process_mining.directly_follows import dfg
    from process_mining.variants import variants

    build = warehouse.open_current(settings.current())
    cohort = Cohort("order", since=date(2025, 2, 1), avoiding=("activity 99",))
    asked: dict[str, Callable[[], Any]] = {
        "map": lambda: dfg(build, cohort),
        "times": lambda: dfg(build, cohort, with_times=True),
        "variants": lambda: variants(build, cohort, limit=50),
    }
    found = {name: min(seconds(ask) for _ in range(3)) for name, ask in asked.items()}
    busiest = {name: min(_busiest(ask) for _ in range(3)) for name, ask in asked.items()}
    counted = dfg(build, cohort)
    return {**found, "busiest": busiest, "cases": counted.cases, "events": counted.events}


def seconds(ask: Callable[[], Any]) -> float:
    """On the clock."""
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _busiest(ask: Callable[[], Any]) -> float:
    """Processor seconds of the thread that worked most: what an idle machine would take, whatever else runs on this one."""
    before = _threads()
    ask()
    return max(seconds - before.get(thread, 0.0) for thread, seconds in _threads().items())


def _threads() -> dict[str, float]:
    ticks = os.sysconf("SC_CLK_TCK")
    told = {
        path.parent.name: path.read_text().rpartition(")")[2].split() for path in Path("/proc/self/task").glob("*/stat")
    }
    return {thread: (int(words[11]) + int(words[12])) / ticks for thread, words in told.items()}


def _warehouse(home: str) -> str:
    settings = Settings(home=Path(home))
    return str(settings.builds / str(builds.current_id(settings.builds)) / builds.WAREHOUSE)


_PLAIN = "SELECT 'o' || s.case_no AS case_id, 'activity ' || s.activity_no AS activity, s.timestamp FROM mart_event_step AS s"


def pm4py_asked(home: str) -> dict[str, Any]:
    """The same questions of pm4py: formatting, map, map with times, variants."""
    import pm4py

    with duckdb.connect(_warehouse(home), read_only=True) as connection:
        log = connection.execute(_PLAIN).df()
    keys = {"case_id_key": "case_id", "activity_key": "activity", "timestamp_key": "timestamp"}
    found = {"format": seconds(lambda: pm4py.format_dataframe(log, "case_id", "activity", "timestamp"))}
    found["map"] = seconds(lambda: pm4py.discover_dfg(log, **keys))
    found["times"] = seconds(lambda: pm4py.discover_performance_dfg(log, **keys))
    found["variants"] = seconds(lambda: pm4py.get_variants(log, **keys))
    return found


def polars_asked(home: str) -> dict[str, Any]:
    """The same questions of polars, on a sorted frame of plain events."""
    import polars as pl

    with duckdb.connect(_warehouse(home), read_only=True) as connection:
        log = pl.from_arrow(connection.execute(_PLAIN).to_arrow_table())
    assert isinstance(log, pl.DataFrame)
    after = [pl.col(name).shift(-1).over("case_id") for name in ("activity", "timestamp")]
    pairs = (
        log.lazy()
        .with_columns(after[0].alias("then"), (after[1] - pl.col("timestamp")).alias("gap"))
        .drop_nulls("then")
    )
    grouped = pairs.group_by("activity", "then")
    gap = pl.col("gap").dt.total_seconds()
    return {
        "map": seconds(lambda: grouped.agg(pl.len(), pl.col("case_id").n_unique()).collect()),
        "times": seconds(lambda: grouped.agg(pl.len(), gap.mean(), gap.median().alias("m"), gap.quantile(0.9).alias("q")).collect()),
        "variants": seconds(lambda: log.lazy().group_by("case_id", maintain_order=True).agg("activity").group_by("activity").len().collect()),
    }  # fmt: skip


MEASUREMENTS: dict[str, Callable[..., dict[str, Any]]] = {
    "mining": measure,
    "mining-write": write,
    "mining-pm4py": pm4py_asked,
    "mining-polars": polars_asked,
}


def report(
    measured: dict[int, dict[str, Any]], others: dict[str, dict[str, Any]], more: dict[str, dict[str, Any]]
) -> list[str]:
    """The section's lines."""
    sizes = list(measured)
    small = measured[sizes[0]]
    names = {
        "map": "filtered map: events and cases",
        "times": "… with mean, median and p90",
        "variants": "page of variants",
    }
    rows = []
    for name, title in names.items():
        goal = GOALS[name]
        row = [title, _mark(small, name, goal), f"≤ {goal:g} s"]
        if len(sizes) > 1:
            row += [_mark(measured[sizes[1]], name, 10 * goal), f"≤ {10 * goal:g} s"]
        rows.append((*row, *(f"{others[one][name]:.1f} s" for one in ("polars", "pm4py"))))
    columns = [
        "what",
        f"{sizes[0]:,}",
        "goal",
        *([f"{sizes[1]:,}", "goal"] if len(sizes) > 1 else []),
        "polars",
        "pm4py",
    ]
    said = (
        "Seconds on the clock, and in brackets those of the busiest thread: where the two are far apart, the machine was not idle. "
        f"Best of three, warm, of a filter that keeps {small['cases']:,} of the cases; 5,000 variants. pm4py and polars: the "
        f"unfiltered log of {sizes[0]:,} events in memory; pm4py's formatting took {others['pm4py']['format']:.1f} s before. "
        "Peak memory: " + ", ".join(f"{one['peak_gb']:.1f} GB at {size:,}" for size, one in measured.items()) + "."
    )
    rows += worked.rows(more["worked"], more["align"], len(columns))
    return [said, "", *sections.table(rows, *columns)]


def _mark(measured: dict[str, Any], name: str, goal: float) -> str:
    seconds, busiest = f"{measured[name]:.2f} s", f"({measured['busiest'][name]:.2f})"
    return f"{seconds} {busiest}" if measured[name] <= goal else f"**{seconds}** {busiest}"
