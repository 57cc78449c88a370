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
from process_mining.kept_cases import Kept, kept_cases

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
    Money: `amount` = the order lines that the events touch, by themselves or through their order, each line once, in the
    reporting currency; in `types` the same of one type alone, so that their sum counts a line again. None = no priced line.
    `cells` (CELLS): per activity and type. `edges` (EDGES): directly-follows per type, where `distinct_events` counts an
    event once however many objects pass through it. `related` counts O2O relations between the types.
    """

    events: int
    span_seconds: int | None
    amount: float | None
    types: pd.DataFrame
    cells: pd.DataFrame
    edges: pd.DataFrame
    related: pd.DataFrame


def object_view(build: Build, cohort: Cohort) -> ObjectView:
    """The objects of the cohort's events. Raises NotAvailable as kept_cases does, ControlTowerError when it takes too long."""
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        choose_events(cursor, kept)
        events, span = cursor.execute(_TOTAL).fetchall()[0]
        amounts: dict[str | None, float | None] = dict(cursor.execute(_AMOUNTS).fetchall())
        types = cursor.execute(_TYPES).df()
        types["amount"] = [amounts.get(kind) for kind in types["object_type"]]
        cells = cursor.execute(_CELLS).df()
        edges = cursor.execute(_EDGES).df()
        related = cursor.execute(_RELATED).df()
    return ObjectView(
        int(events),
        None if span is None else int(span),
        amounts.get(None),
        types[TYPES],
        cells[CELLS],
        edges[EDGES],
        related,
    )


def choose_events(cursor: Any, kept: Kept) -> None:
    """Temp tables of this cursor: chosen_event (each event once) and pair (its objects, each object of a type once)."""
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE chosen_event AS SELECT e.event_id, e.activity, e.timestamp, e.event_no FROM core_event AS e "
        f"WHERE e.rowid IN (SELECT s.event_row FROM {kept.steps} WHERE {kept.of_view})",
        kept.values,
    )
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE pair AS SELECT DISTINCT o.event_id, o.object_id, o.object_type, c.activity, c.timestamp, "
        "c.event_no FROM core_event_object AS o JOIN chosen_event AS c ON c.event_id = o.event_id"
    )


def as_json(found: ObjectView, limit: int) -> dict[str, Any]:
    """The shape of `tower mine objects --json`."""
    return {
        "events": found.events,
        "span_seconds": found.span_seconds,
        "amount": found.amount,
        "types": found.types.astype(object).where(found.types.notna(), None).to_dict("records"),
        "cells": found.cells.head(limit).to_dict("records"),
        "edges": found.edges.head(limit).to_dict("records"),
        "related": found.related.to_dict("records"),
    }


_TOTAL = (
    "SELECT count(*), CAST(floor(epoch(max(timestamp))) - floor(epoch(min(timestamp))) AS BIGINT) FROM chosen_event"
)
# One row per type (and one of no type: of all of them) with the money of its order lines, each line once.
_AMOUNTS = (
    "WITH held AS (SELECT DISTINCT object_id, object_type FROM pair WHERE object_type IN ('order', 'order_line')), "
    "line AS (SELECT h.object_type, l.order_line_id, l.line_amount FROM held AS h "
    "JOIN mart_order_line AS l ON l.order_line_id = h.object_id WHERE h.object_type = 'order_line' UNION ALL "
    "SELECT h.object_type, l.order_line_id, l.line_amount FROM held AS h "
    "JOIN mart_order_line AS l ON l.order_id = h.object_id WHERE h.object_type = 'order') "
    "SELECT object_type, CAST(sum(line_amount) AS DOUBLE) FROM line GROUP BY object_type UNION ALL "
    "SELECT NULL, CAST(sum(line_amount) AS DOUBLE) FROM (SELECT DISTINCT order_line_id, line_amount FROM line)"
)
_TYPES = (
    "WITH per_event AS (SELECT object_type, event_id, count(*) AS n FROM pair GROUP BY object_type, event_id), "
    "repeated AS (SELECT object_type, object_id, activity FROM pair GROUP BY object_type, object_id, activity "
    "HAVING count(*) > 1), "
    "other AS (SELECT p.object_type, p.object_id, p.activity, q.object_type AS other_type, p.event_id, "
    "bit_xor(hash(q.object_id)) AS others FROM repeated AS r JOIN pair AS p "
    "ON p.object_type = r.object_type AND p.object_id = r.object_id AND p.activity = r.activity "
    "JOIN pair AS q ON q.event_id = p.event_id AND q.object_type <> p.object_type "
    "GROUP BY p.object_type, p.object_id, p.activity, q.object_type, p.event_id), "
    "diverging AS (SELECT DISTINCT object_type, object_id FROM (SELECT object_type, object_id, activity, other_type "
    "FROM other GROUP BY object_type, object_id, activity, other_type HAVING count(DISTINCT others) > 1)), "
    "held AS (SELECT object_type, count(DISTINCT object_id) AS objects, count(*) AS event_objects FROM pair "
    "GROUP BY object_type) "
    "SELECT h.object_type, h.objects, count(*) AS events, h.event_objects, "
    "count(*) FILTER (WHERE p.n > 1) / count(*) AS convergence, "
    "(SELECT count(*) FROM diverging AS d WHERE d.object_type = h.object_type) / h.objects AS divergence, "
    "h.event_objects / count(*) AS objects_per_event FROM held AS h JOIN per_event AS p ON p.object_type = h.object_type "
    "GROUP BY h.object_type, h.objects, h.event_objects ORDER BY events DESC, h.object_type"
)
_CELLS = (
    "SELECT activity, object_type, count(*) AS events, CAST(sum(n) AS BIGINT) AS objects, max(n) AS most_per_event FROM ("
    "SELECT activity, object_type, event_id, count(*) AS n FROM pair GROUP BY activity, object_type, event_id) "
    "GROUP BY activity, object_type ORDER BY events DESC, activity, object_type LIMIT 2000"
)
_EDGES = (
    "WITH step AS (SELECT object_type, object_id, event_id, activity AS source, timestamp, "
    "lead(activity) OVER in_object AS target, lead(timestamp) OVER in_object AS next_at, "
    "lead(event_id) OVER in_object AS next_id FROM pair "
    "WINDOW in_object AS (PARTITION BY object_type, object_id ORDER BY timestamp, event_no, event_id)) "
    "SELECT object_type, source, target, count(*) AS events, count(DISTINCT object_id) AS objects, "
    "count(DISTINCT (event_id, next_id)) AS distinct_events, "
    "median(floor(epoch(next_at)) - floor(epoch(timestamp))) AS median_seconds FROM step WHERE target IS NOT NULL "
    "GROUP BY object_type, source, target ORDER BY events DESC, object_type, source, target LIMIT 2000"
)
_RELATED = (
    "WITH here AS (SELECT DISTINCT object_id, object_type FROM pair) "
    "SELECT a.object_type AS source_type, r.qualifier, b.object_type AS target_type, count(*) AS relations "
    "FROM core_object_object AS r JOIN here AS a ON a.object_id = r.source_object_id "
    "JOIN here AS b ON b.object_id = r.target_object_id GROUP BY a.object_type, r.qualifier, b.object_type "
    "ORDER BY relations DESC, source_type, r.qualifier, target_type LIMIT 1000"
)
