"""How fast are maps of service, the objects and alignments? What the mining benchmark asks beside the plain map.

The log is that of `mining.py` with every second step the end of the one before: starts and completes, and events that exist.
"""

import time
from pathlib import Path
from typing import Any

from control_tower import warehouse
from tests.bench import mining

GOALS = {"align": 2.0}
_EVENTS = (
    "INSERT INTO core_event (event_id, event_no, activity, timestamp, source_system, lifecycle) SELECT 'e' || event_row, event_row, "
    "'activity ' || no, moment, 'bench', CASE WHEN step_no % 2 = 1 THEN 'start' ELSE 'complete' END FROM "
    "(SELECT no, moment, step_no, case_no, $before + row_number() OVER (ORDER BY case_no, step_no) AS event_row FROM slice) "
    "ORDER BY event_row"
)
_STEPS = (
    "INSERT INTO mart_event_step SELECT 'order', case_no, step_no, no, next_no, seen, "
    "CASE WHEN next_no IS NOT NULL THEN edge_seen END, moment, gap, "
    "$before - 1 + row_number() OVER (ORDER BY case_no, step_no) FROM slice ORDER BY case_no, step_no"
)


def write(home: str, events: str) -> dict[str, Any]:
    """The build of `mining.write`, with starts and completes in `core_event`."""
    began = time.perf_counter()

    def steps(connection: Any) -> None:
        ((before,),) = connection.execute("SELECT count(*) FROM core_event").fetchall()
        for statement in (_EVENTS, _STEPS):
            connection.execute(statement, {"before": before})

    walk = mining.WALK.replace("(s + CASE", "(s - s % 2 + CASE").replace("hash(v, s)", "hash(v, s - s % 2)")
    mining.make(Path(home), int(events), (walk.replace("hash(s, v)", "hash(s - s % 2, v)"), *mining.VARIANTS), steps)
    return {"seconds": time.perf_counter() - began}


def measure(_home: str) -> dict[str, Any]:
    """Best of three, in seconds, of a cohort that is a filter; and how much the maps found."""
    from datetime import date

    from control_tower import settings
    from process_mining.cohort import Cohort
    from process_mining.object_centric import object_view
    from process_mining.service_map import service_map

    build = warehouse.open_current(settings.current())
    cohort = Cohort("order", since=date(2025, 2, 1), avoiding=("activity 99",))
    found = service_map(build, cohort).map
    assert found is not None
    asked = {"service": lambda: service_map(build, cohort), "objects": lambda: object_view(build, cohort)}
    best = {name: min(mining.seconds(ask) for _ in range(3)) for name, ask in asked.items()}
    return {**best, "pieces": found.events}


def rows(worked: dict[str, Any], aligned: dict[str, Any], columns: int) -> list[tuple[str, ...]]:
    """Lines for the table of `mining.report`; what is not asked of another tool or size stays empty."""
    last = f"{aligned['pm4py_150']:.1f} s for 150"
    told = [
        (f"map of service and waiting ({worked['pieces']:,} pieces of work)", worked["service"], "", ""),
        ("objects, money and paths of each type", worked["objects"], "", ""),
        (f"exact alignment of {aligned['aligned']:,} variants", aligned["by_state"], f"≤ {GOALS['align']:g} s", last),
    ]
    return [
        (title, f"{took:.2f} s" if not goal or took <= GOALS["align"] else f"**{took:.2f} s**", goal,
         *[""] * (columns - 4), other)
        for title, took, goal, other in told
    ]  # fmt: skip
