"""Which steps of which objects do the events of some cases make? Temp tables of encoded steps, for the object-centric view.

The steps of the cases are read where they stand (`mart_event_step`); only those of other objects are gathered, which may take
part in events that are not chosen. Nothing is counted here, and no text is read.
"""

from dataclasses import dataclass
from typing import Any

from process_mining.kept_cases import Kept


@dataclass(frozen=True, slots=True)
class Gathered:
    """What `gather` left on the cursor, and how to ask for it.

    `touched_object` (view, case_no, case_id, step_count), `other_step` (view, case_no, step_no, activity_no, event_row,
    timestamp: of other types, and of objects of the cases' own type that are not kept), `shared_event` (view, activity_no, event_row, objects: events with several objects of
    one type). `has_others`, `has_shared`: whether the last two hold anything, so that what needs them can be left out.
    """

    kept: Kept
    has_others: bool
    has_shared: bool

    @property
    def own(self) -> str:
        """FROM and WHERE of the steps of the cases themselves, aliased `s`; binds the values of `kept`."""
        return f"FROM {self.kept.steps} WHERE {self.kept.of_view}"

    @property
    def every(self) -> str:
        """Every step of every touched object: view, case_no, activity_no, event_row."""
        columns = "s.view, s.case_no, s.activity_no, s.event_row"
        return f"(SELECT {columns} {self.own} UNION ALL SELECT {columns} FROM other_step AS s)"


def gather(cursor: Any, kept: Kept) -> Gathered:
    """Make the temp tables of this cursor. An event counts once per object, whatever its qualifiers say."""
    own = f"FROM {kept.steps} WHERE {kept.of_view}"
    cursor.execute(_NO_OTHERS)
    view = {"view": kept.values["view"]}
    if cursor.execute("SELECT 1 FROM mart_activity WHERE view <> $view LIMIT 1", view).fetchall():
        cursor.execute(_OF_OTHER_TYPES.format(own=own), kept.values)
    whole = "FROM mart_event_step AS s WHERE s.view = $view"
    if not kept.is_whole_view and cursor.execute(_DOUBLED.format(own=whole) + " LIMIT 1", view).fetchall():
        cursor.execute(_OF_OTHER_CASES.format(own=own, kept=kept.case_nos), kept.values)
    cursor.execute(_SHARED.format(own=own, doubled=_DOUBLED.format(own=own)), kept.values)
    cursor.execute(_OBJECTS.format(kept=kept.condition), kept.values)
    counted = "SELECT (SELECT count(*) FROM other_step), (SELECT count(*) FROM shared_event)"
    ((others, shared),) = cursor.execute(counted).fetchall()
    return Gathered(kept, others > 0, shared > 0)


_NO_OTHERS = (
    "CREATE OR REPLACE TEMP TABLE other_step (view VARCHAR, case_no INTEGER, step_no INTEGER, activity_no INTEGER, "
    "event_row BIGINT, timestamp TIMESTAMP)"
)
_OF_OTHER_TYPES = (
    "INSERT INTO other_step SELECT o.view, o.case_no, o.step_no, o.activity_no, o.event_row, o.timestamp "
    "FROM mart_event_step AS o WHERE o.view <> $view AND o.event_row IN (SELECT s.event_row {own})"
)
_OF_OTHER_CASES = (
    "INSERT INTO other_step SELECT o.view, o.case_no, o.step_no, o.activity_no, o.event_row, o.timestamp "
    "FROM mart_event_step AS o WHERE o.view = $view AND o.event_row IN (SELECT s.event_row {own}) "
    "AND o.case_no NOT IN ({kept})"
)
# Most events have one object of a type. Thirty-two neighbours are one bit each of a word: only where a word holds fewer bits
# than it has steps can an event be shared, and only there is counted event by event.
_DOUBLED = (
    "SELECT s.event_row // 32 AS word {own} GROUP BY word "
    "HAVING count(*) > bit_count(bit_or(CAST(1 AS BIGINT) << CAST(s.event_row % 32 AS BIGINT)))"
)
_SHARED = (
    "CREATE OR REPLACE TEMP TABLE shared_event AS WITH doubled AS ({doubled} UNION "
    "SELECT event_row // 32 FROM other_step WHERE view = $view) "
    "SELECT view, any_value(activity_no) AS activity_no, event_row, count(*) AS objects FROM ("
    "SELECT s.view, s.activity_no, s.event_row {own} AND s.event_row // 32 IN (SELECT word FROM doubled) UNION ALL "
    "SELECT view, activity_no, event_row FROM other_step) GROUP BY view, event_row HAVING count(*) > 1"
)
_OBJECTS = (
    "CREATE OR REPLACE TEMP TABLE touched_object AS SELECT c.view, c.case_no, c.case_id, c.step_count FROM mart_case AS c "
    "WHERE {kept} UNION ALL SELECT c.view, c.case_no, c.case_id, t.step_count FROM (SELECT view, case_no, "
    "count(*) AS step_count FROM other_step GROUP BY view, case_no) AS t "
    "JOIN mart_case AS c ON c.view = t.view AND c.case_no = t.case_no"
)
