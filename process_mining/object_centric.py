"""How do the objects of several types move through the same events? The object-centric view of a cohort (PM-09).

An event is one event however many objects take part: counts, money and time of the whole are counted once, over events.
Per type the log is flattened, and what that does is measured: convergence (one event in several cases of a type, so it is
counted more than once there) and divergence (an activity repeated in one case for other objects of another type).
Never writes a file (`ocel_export` does).
"""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases
from process_mining.object_money import money
from process_mining.object_steps import Gathered, gather

EDGES: Final = ["object_type", "source", "target", "events", "objects", "distinct_events", "median_seconds"]
TYPES: Final = [
    "object_type",
    "objects",
    "events",
    "event_objects",
    "convergence",
    "divergence",
    "objects_per_event",
    "amount",
]
CELLS: Final = ["activity", "object_type", "events", "objects", "most_per_event"]


@dataclass(frozen=True)
class ObjectView:
    """Everything that the events of the kept cases touch.

    `events` and `span_seconds` (first to last event) are counted once. `types` (TYPES): per object type its objects, the
    events that have one, event–object pairs; `convergence` = the share of its events that have several objects of it (0–1),
    `divergence` = the share of its objects in which some activity repeats with other objects of another type (0–1).
    `money` (object_money.MONEY): by kind, what carries it counted once; in `types` the `amount` that the type's own objects
    carry, None where nothing is known: adding types up would count a trade several times.
    `cells` (CELLS): per activity and type. `edges` (EDGES): directly-follows per type, where `distinct_events` counts an
    event once however many objects pass through it. `related` counts O2O relations between the types.
    """

    events: int
    span_seconds: int | None
    money: pd.DataFrame
    types: pd.DataFrame
    cells: pd.DataFrame
    edges: pd.DataFrame
    related: pd.DataFrame


def object_view(build: Build, cohort: Cohort) -> ObjectView:
    """The objects of the cohort's events. Raises NotAvailable as kept_cases does, ControlTowerError when it takes too long."""
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        found = gather(cursor, kept)
        ((span,),) = cursor.execute(_SPAN.format(kept=kept.condition), kept.values).fetchall()
        types = cursor.execute(_TYPES).df()
        diverging = _diverging(cursor, found)
        types["divergence"] = [
            diverging.get(kind, 0) / objects
            for kind, objects in zip(types["object_type"], types["objects"], strict=True)
        ]
        carried, by_type = money(cursor)
        types["amount"] = [by_type.get(kind) for kind in types["object_type"]]
        cells = cursor.execute(_CELLS.format(own=found.own), kept.values).df()
        edges = _edges(cursor, found)
        related = cursor.execute(_RELATED).df()
    events = types.loc[types["object_type"] == cohort.view, "events"]
    return ObjectView(
        int(events.sum()),
        None if span is None else int(span),
        carried,
        types[TYPES],
        cells[CELLS],
        edges[EDGES],
        related,
    )


def _diverging(cursor: Any, found: Gathered) -> dict[str, int]:
    """Objects per type that diverge; with one type alone none can."""
    if not found.has_others:
        return {}
    return dict(cursor.execute(_DIVERGING.format(own=found.own, every=found.every), found.kept.values).fetchall())


def _edges(cursor: Any, found: Gathered) -> pd.DataFrame:
    cursor.execute(_OTHER_PATHS)
    again = _AGAIN if found.has_shared else _NEVER_AGAIN
    query = _EDGES.format(edge=_EDGE.format(own=found.own), again=again.format(own=found.own))
    edges: pd.DataFrame = cursor.execute(query, found.kept.values).df()
    return edges


def as_json(found: ObjectView, limit: int) -> dict[str, Any]:
    """The shape of `tower mine objects --json`."""
    return {
        "events": found.events,
        "span_seconds": found.span_seconds,
        "money": _records(found.money),
        "types": _records(found.types),
        "cells": found.cells.head(limit).to_dict("records"),
        "edges": found.edges.head(limit).to_dict("records"),
        "related": found.related.to_dict("records"),
    }


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): value for name, value in row.items()}
        for row in rows.astype(object).where(rows.notna(), None).to_dict("records")
    ]


_SPAN = "SELECT CAST(floor(epoch(max(c.ended_at))) - floor(epoch(min(c.started_at))) AS BIGINT) FROM mart_case AS c WHERE {kept}"
# Several objects of one type in one event: so often more pairs than events.
_TYPES = (
    "WITH held AS (SELECT view, count(*) AS objects, CAST(sum(step_count) AS BIGINT) AS pairs FROM touched_object GROUP BY view), "
    "shared AS (SELECT view, count(*) AS n, CAST(sum(objects - 1) AS BIGINT) AS surplus FROM shared_event GROUP BY view) "
    "SELECT h.view AS object_type, h.objects, h.pairs - coalesce(s.surplus, 0) AS events, h.pairs AS event_objects, "
    "coalesce(s.n, 0) / (h.pairs - coalesce(s.surplus, 0)) AS convergence, "
    "h.pairs / (h.pairs - coalesce(s.surplus, 0)) AS objects_per_event "
    "FROM held AS h LEFT JOIN shared AS s ON s.view = h.view ORDER BY events DESC, object_type"
)
# An activity that one object sees again, and each time with other objects of another type.
_DIVERGING = (
    "WITH repeated AS (SELECT s.view, s.case_no, s.activity_no {own} AND s.activity_seen = 2 UNION ALL "
    "SELECT view, case_no, activity_no FROM other_step GROUP BY view, case_no, activity_no HAVING count(*) > 1), "
    "again AS (SELECT e.view, e.case_no, e.activity_no, e.event_row FROM {every} AS e JOIN repeated AS r "
    "ON r.view = e.view AND r.case_no = e.case_no AND r.activity_no = e.activity_no), "
    "companion AS (SELECT e.event_row, e.view, bit_xor(hash(e.case_no)) AS objects FROM {every} AS e "
    "WHERE e.event_row IN (SELECT event_row FROM again) GROUP BY e.event_row, e.view) "
    "SELECT view, count(DISTINCT case_no) FROM (SELECT a.view, a.case_no, a.activity_no, c.view AS other FROM again AS a "
    "JOIN companion AS c ON c.event_row = a.event_row AND c.view <> a.view GROUP BY a.view, a.case_no, a.activity_no, c.view "
    "HAVING min(c.objects) <> max(c.objects)) GROUP BY view"
)
_CELLS = (
    "WITH step AS (SELECT s.view, s.activity_no, count(*) AS n {own} GROUP BY s.view, s.activity_no UNION ALL "
    "SELECT view, activity_no, count(*) FROM other_step GROUP BY view, activity_no), "
    "held AS (SELECT view, activity_no, CAST(sum(n) AS BIGINT) AS pairs FROM step GROUP BY view, activity_no), "
    "shared AS (SELECT view, activity_no, CAST(sum(objects - 1) AS BIGINT) AS surplus, max(objects) AS most FROM shared_event "
    "GROUP BY view, activity_no) "
    "SELECT a.activity, h.view AS object_type, h.pairs - coalesce(s.surplus, 0) AS events, h.pairs AS objects, "
    "coalesce(s.most, 1) AS most_per_event FROM held AS h "
    "JOIN mart_activity AS a ON a.view = h.view AND a.activity_no = h.activity_no "
    "LEFT JOIN shared AS s ON s.view = h.view AND s.activity_no = h.activity_no "
    "ORDER BY events DESC, activity, object_type LIMIT 2000"
)
# The cases' own steps know their successor. Other objects are followed over the chosen events only.
_EDGE = (
    "SELECT view, activity_no, next_activity_no, count(*) AS events, count(*) FILTER (WHERE is_first) AS objects, "
    "median(gap_seconds) AS median_seconds FROM (SELECT s.view, s.activity_no, s.next_activity_no, s.edge_seen = 1 AS is_first, "
    "s.gap_seconds {own} AND s.next_activity_no IS NOT NULL UNION ALL "
    "SELECT view, activity_no, next_activity_no, is_first, gap_seconds FROM other_path) GROUP BY ALL"
)
_OTHER_PATHS = (
    "CREATE OR REPLACE TEMP TABLE other_path AS SELECT view, activity_no, next_activity_no, event_row, next_row, "
    "row_number() OVER (PARTITION BY view, case_no, activity_no, next_activity_no) = 1 AS is_first, "
    "CAST(floor(epoch(next_at)) - floor(epoch(timestamp)) AS BIGINT) AS gap_seconds FROM (SELECT view, case_no, activity_no, "
    "event_row, timestamp, lead(activity_no) OVER w AS next_activity_no, lead(event_row) OVER w AS next_row, "
    "lead(timestamp) OVER w AS next_at FROM other_step WINDOW w AS (PARTITION BY view, case_no ORDER BY step_no) "
    "QUALIFY next_activity_no IS NOT NULL)"
)
# Two events that follow each other for several objects are one pair of events; only shared events can be in one.
_AGAIN = (
    "WITH path AS (SELECT s.view, s.activity_no, s.next_activity_no, s.event_row, n.event_row AS next_row FROM ("
    "SELECT s.view, s.case_no, s.step_no, s.activity_no, s.next_activity_no, s.event_row {own} AND s.event_row IN "
    "(SELECT event_row FROM shared_event WHERE view = $view)) AS s JOIN mart_event_step AS n "
    "ON n.view = s.view AND n.case_no = s.case_no AND n.step_no = s.step_no + 1 UNION ALL "
    "SELECT p.view, p.activity_no, p.next_activity_no, p.event_row, p.next_row FROM other_path AS p "
    "WHERE (p.view, p.event_row) IN (SELECT (view, event_row) FROM shared_event)) "
    "SELECT view, activity_no, next_activity_no, CAST(sum(n - 1) AS BIGINT) AS surplus FROM (SELECT view, activity_no, "
    "next_activity_no, event_row, next_row, count(*) AS n FROM path GROUP BY ALL) GROUP BY ALL"
)
_NEVER_AGAIN = "SELECT '' AS view, 0 AS activity_no, 0 AS next_activity_no, 0 AS surplus WHERE FALSE"
_EDGES = (
    "WITH edge AS ({edge}), again AS ({again}) "
    "SELECT e.view AS object_type, a.activity AS source, b.activity AS target, e.events, e.objects, "
    "e.events - coalesce(g.surplus, 0) AS distinct_events, e.median_seconds FROM edge AS e "
    "JOIN mart_activity AS a ON a.view = e.view AND a.activity_no = e.activity_no "
    "JOIN mart_activity AS b ON b.view = e.view AND b.activity_no = e.next_activity_no "
    "LEFT JOIN again AS g ON g.view = e.view AND g.activity_no = e.activity_no AND g.next_activity_no = e.next_activity_no "
    "ORDER BY e.events DESC, object_type, source, target LIMIT 2000"
)
_RELATED = (
    "SELECT a.view AS source_type, r.qualifier, b.view AS target_type, count(*) AS relations "
    "FROM core_object_object AS r JOIN touched_object AS a ON a.case_id = r.source_object_id "
    "JOIN touched_object AS b ON b.case_id = r.target_object_id GROUP BY a.view, r.qualifier, b.view "
    "ORDER BY relations DESC, source_type, r.qualifier, target_type LIMIT 1000"
)
