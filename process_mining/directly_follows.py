"""What follows what? The directly-follows map of a cohort: activities, edges, starts and ends, with times if asked.

Counts come from variants where that is less work (a map is a sum over variants), else from the steps; times always from
the steps. Never simplifies (abstraction.py does) and never draws.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import duckdb

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, activity_names, kept_cases


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of a map: its events, and the cases in which it comes at least once."""

    name: str
    events: int
    cases: int


@dataclass(frozen=True, slots=True)
class Edge:
    """One activity directly followed by another (or by itself).

    `events`: how often; `cases`: in how many cases. Seconds between the two events: null where times were not asked for.
    Only what was observed: a case that waits at its last event has no edge yet (stay.py counts it; ruling 15).
    """

    source: str
    target: str
    events: int
    cases: int
    mean_seconds: float | None = None
    median_seconds: float | None = None
    p90_seconds: float | None = None
    total_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An activity with which cases start (or end), and how many do."""

    name: str
    cases: int


@dataclass(frozen=True, slots=True)
class Map:
    """The directly-follows graph of the kept cases; every list with the most frequent first, ties by name.

    The end of an open case is where it stands now.
    """

    view: str
    cases: int
    events: int
    activities: tuple[Activity, ...]
    edges: tuple[Edge, ...]
    start: tuple[Endpoint, ...]
    end: tuple[Endpoint, ...]
    has_times: bool

    def as_json(self) -> dict[str, Any]:
        """The shape of `tower mine map --json`."""
        edges = [{"from": e.source, "to": e.target, **_without_ends(asdict(e))} for e in self.edges]
        return {**asdict(self), "edges": edges}


def _without_ends(edge: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in edge.items() if name not in ("source", "target")}


SLICE: Final = 1_000_000
"""Cases joined to their steps at a time: so many numbers DuckDB looks up in an array, more of them in a hash table that leaves
the processor's caches (of a hundred million steps 3.5 s of processor time for the join alone, against 1)."""


def dfg(build: Build, cohort: Cohort, with_times: bool = False, slice_of: int = SLICE, collapsed: bool = False) -> Map:
    """The map of a cohort; `with_times` adds mean, median, p90 and total seconds to its edges.

    `collapsed`: a step that comes again at once counts once, from its first coming until something else follows (ruling 15);
    no time is lost by it. `slice_of` changes how long it takes and nothing else. Quantiles are interpolated (type 7), as numpy and pm4py do. Raises NotAvailable as kept_cases does.
    """
    kept = replace(kept_cases(build, cohort), is_collapsed=collapsed)
    with build.cursor() as cursor:
        by_variant = not collapsed and _variants_are_less_work(cursor, cohort.view)
        if with_times or not by_variant:
            pairs = _pairs_of_steps(cursor, kept, with_times, slice_of)
        else:
            pairs = _rows(cursor, _PAIRS_OF_VARIANTS, kept)
        nodes = _rows(cursor, _NODES_OF_VARIANTS, kept) if by_variant else _nodes_of_steps(cursor, kept, slice_of)
        names = activity_names(cursor, cohort.view)
    return replace(_made(cohort.view, names, nodes, pairs), has_times=with_times)


def _made(view: str, names: dict[int, str], nodes: list[Any], pairs: list[Any]) -> Map:
    """The map of counted rows: nodes (no, events, cases, starts, ends) and pairs (no, next, events, cases, times…)."""
    nodes = sorted(nodes, key=lambda row: (-row[1], names[row[0]]))
    pairs = sorted(pairs, key=lambda row: (-row[2], names[row[0]], names[row[1]]))
    return Map(
        view=view,
        cases=sum(row[3] for row in nodes),
        events=sum(row[1] for row in nodes),
        activities=tuple(Activity(names[no], events, cases) for no, events, cases, *_ in nodes),
        edges=tuple(Edge(names[no], names[then], *counts) for no, then, *counts in pairs),
        start=_endpoints((names[row[0]], row[3]) for row in nodes),
        end=_endpoints((names[row[0]], row[4]) for row in nodes),
        has_times=False,
    )


def _endpoints(counted: Any) -> tuple[Endpoint, ...]:
    found = [Endpoint(name, cases) for name, cases in counted if cases]
    return tuple(sorted(found, key=lambda one: (-one.cases, one.name)))


def _variants_are_less_work(cursor: duckdb.DuckDBPyConnection, view: str) -> bool:
    """Whether the sequences of all variants together are much shorter than the log."""
    return bool(
        cursor.execute(
            "SELECT (SELECT sum(step_count) FROM mart_variant WHERE view = $view) * 4 "
            "< (SELECT sum(event_count) FROM mart_activity WHERE view = $view)",
            {"view": view},
        ).fetchall()[0][0]
    )


def _rows(cursor: duckdb.DuckDBPyConnection, text: str, kept: Kept) -> list[Any]:
    return cursor.execute(text.replace("{kept}", kept.condition), kept.values).fetchall()


_COUNTED_VARIANTS = (
    "WITH counted AS (SELECT c.variant_no, count(*) AS cases FROM mart_case AS c WHERE {kept} GROUP BY c.variant_no), "
    "step AS (SELECT v.variant_no, k.cases, unnest(v.activity_nos) AS no, "
    "unnest(list_append(v.activity_nos[2:], NULL)) AS next_no, "
    "unnest(range(1, len(v.activity_nos) + 1)) AS step_no "
    "FROM counted AS k JOIN mart_variant AS v ON v.view = $view AND v.variant_no = k.variant_no) "
)
_PAIRS_OF_VARIANTS = (
    _COUNTED_VARIANTS + "SELECT no, next_no, CAST(sum(seen * cases) AS BIGINT), CAST(sum(cases) AS BIGINT) "
    "FROM (SELECT no, next_no, count(*) AS seen, any_value(cases) AS cases FROM step WHERE next_no IS NOT NULL "
    "GROUP BY variant_no, no, next_no) GROUP BY no, next_no"
)
_NODES_OF_VARIANTS = (
    _COUNTED_VARIANTS + "SELECT no, CAST(sum(seen * cases) AS BIGINT), CAST(sum(cases) AS BIGINT), "
    "CAST(coalesce(sum(cases) FILTER (WHERE is_first), 0) AS BIGINT), "
    "CAST(coalesce(sum(cases) FILTER (WHERE is_last), 0) AS BIGINT) "
    "FROM (SELECT no, count(*) AS seen, any_value(cases) AS cases, bool_or(step_no = 1) AS is_first, "
    "bool_or(next_no IS NULL) AS is_last FROM step GROUP BY variant_no, no) GROUP BY no"
)


def _nodes_of_steps(cursor: duckdb.DuckDBPyConnection, kept: Kept, slice_of: int) -> list[Any]:
    columns = "s.activity_no, s.next_activity_no, s.activity_seen, s.step_no"
    return cursor.execute(
        "SELECT s.activity_no, count(*), count(*) FILTER (WHERE s.activity_seen = 1), "
        "count(*) FILTER (WHERE s.step_no = 1), count(*) FILTER (WHERE s.next_activity_no IS NULL) "
        f"FROM ({_steps(cursor, kept, columns, slice_of)}) AS s GROUP BY s.activity_no",
        kept.values,
    ).fetchall()


def _pairs_of_steps(cursor: duckdb.DuckDBPyConnection, kept: Kept, with_times: bool, slice_of: int) -> list[Any]:
    times = _TIMES.replace("{whole}", _whole_number(cursor, kept)) if with_times else ""
    columns = "s.activity_no, s.next_activity_no, s.edge_seen, s.gap_seconds"
    rows = cursor.execute(
        f"SELECT s.activity_no, s.next_activity_no, count(*), count(*) FILTER (WHERE s.edge_seen = 1){times} "
        f"FROM ({_steps(cursor, kept, columns, slice_of)}) AS s WHERE s.next_activity_no IS NOT NULL "
        "GROUP BY s.activity_no, s.next_activity_no",
        kept.values,
    ).fetchall()
    return [(*row[:4], row[4], *row[5], row[6]) for row in rows] if with_times else rows


def _steps(cursor: duckdb.DuckDBPyConnection, kept: Kept, columns: str, slice_of: int) -> str:
    """SELECT of the kept steps, joined to their cases slice by slice of case numbers where they are very many."""
    text = "SELECT coalesce(max(case_no), 0) FROM mart_case WHERE view = $view"
    most = int(cursor.execute(text, {"view": kept.values["view"]}).fetchall()[0][0])
    if kept.is_whole_view or kept.is_collapsed or most <= slice_of:
        return f"SELECT {columns} FROM {kept.steps} WHERE {kept.of_view}"
    slices = [f"BETWEEN {low} AND {low + slice_of - 1}" for low in range(1, most + 1, slice_of)]
    return " UNION ALL ".join(
        f"SELECT {columns} FROM mart_event_step AS s JOIN ({kept.case_nos} AND c.case_no {one}) AS kept "
        f"ON kept.case_no = s.case_no WHERE {kept.of_view} AND s.case_no {one}"
        for one in slices
    )


_TIMES = ", avg(s.gap_seconds), quantile_cont(CAST(s.gap_seconds AS {whole}), [0.5, 0.9]), CAST(sum(s.gap_seconds) AS BIGINT)"


def _whole_number(cursor: duckdb.DuckDBPyConnection, kept: Kept) -> str:
    """The smallest type that holds every gap of the view: half the bytes are half the work of a quantile."""
    text = "SELECT max(throughput_seconds) FROM mart_case WHERE view = $view"
    longest = cursor.execute(text, {"view": kept.values["view"]}).fetchall()[0][0] or 0
    return "UINTEGER" if longest < 2**32 else "BIGINT"
