"""Which cases of a build belong to a cohort? One SELECT of whole cases, with bound values.

Columns and relations come from the tables below only, every value is bound (fault 86). Counts nothing and reads
nothing but the numbers of activities: what is done with the cases is written elsewhere, never here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import duckdb

from control_tower.conditions import where_clause
from control_tower.errors import NotAvailable
from control_tower.filters import DIMENSIONS, NOT_STATED
from control_tower.warehouse import Build
from process_mining.cohort import Cohort, FollowedBy

#: view → (relation of its objects, its key, dimensions it knows itself).
OBJECTS: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "order": ("core_order", "order_id", ("site_id", "customer_id", "channel", "source_system")),
    "order_line": (
        "mart_order_line",
        "order_line_id",
        ("site_id", "supplier_id", "customer_id", "channel", "source_system"),
    ),
    "shipment": ("core_shipment", "shipment_id", ("site_id", "customer_id", "source_system")),
    "invoice": ("core_invoice", "invoice_id", ("customer_id", "supplier_id", "source_system")),
}
#: view → column of mart_exception that names its object.
BELONGS: Final[dict[str, str]] = {
    "exception": "exception_id",
    "order": "order_id",
    "order_line": "order_line_id",
    "shipment": "shipment_id",
    "invoice": "invoice_id",
}

#: columns of core_event that say who acts: between these work can be handed over.
UNITS: Final = ("team_id", "department", "resource")


@dataclass(frozen=True, slots=True)
class Kept:
    """The kept cases of a cohort, as SQL over `mart_case AS c`, with its bound values.

    `case_nos` selects `case_no`, one row per kept case; `condition` is its condition alone. Their steps: `FROM {steps}
    WHERE {of_view}`, which is the fastest way on millions of steps; or, on any relation `s` with view and case_no, the
    one condition `of_steps`. With `is_collapsed` a step that comes again at once is one with itself (`source`).
    """

    condition: str
    values: dict[str, Any]
    is_whole_view: bool
    is_collapsed: bool = False

    @property
    def case_nos(self) -> str:
        """SELECT of `case_no`, one row per kept case."""
        return f"SELECT c.case_no FROM mart_case AS c WHERE {self.condition}"

    @property
    def source(self) -> str:
        """All steps of the view, aliased `s`; collapsed: a run of one activity as its last step, begun at its first."""
        return _COLLAPSED if self.is_collapsed else "mart_event_step AS s"

    @property
    def steps(self) -> str:
        """What to read steps FROM: `source`, joined to the kept cases; needs `of_view` in its WHERE."""
        if self.is_whole_view:
            return self.source
        return self.source + " JOIN (" + self.case_nos + ") AS kept ON kept.case_no = s.case_no"

    @property
    def of_view(self) -> str:
        """The condition that `steps` needs."""
        return "s.view = $view"

    @property
    def of_steps(self) -> str:
        """Condition on a relation aliased `s` with columns view and case_no."""
        return "s.view = $view" + ("" if self.is_whole_view else " AND s.case_no IN (" + self.case_nos + ")")


# A run is its last step, the one that something else follows; it began so many steps and seconds before (few steps repeat:
# only they are numbered).
_COLLAPSED: Final = (
    "(SELECT l.view, l.case_no, l.step_no - coalesce(r.n, 0) AS step_no, l.activity_no, l.next_activity_no, "
    "l.activity_seen - coalesce(r.n, 0) AS activity_seen, l.edge_seen, "
    "l.timestamp - to_seconds(coalesce(r.seconds, 0)) AS timestamp, l.gap_seconds + coalesce(r.seconds, 0) AS gap_seconds, "
    "l.event_row FROM mart_event_step AS l LEFT JOIN (SELECT case_no, max(step_no) + 1 AS step_no, count(*) AS n, "
    "CAST(sum(gap_seconds) AS BIGINT) AS seconds FROM (SELECT case_no, step_no, activity_no, gap_seconds, "
    "step_no - row_number() OVER (PARTITION BY case_no, activity_no ORDER BY step_no) AS run FROM mart_event_step "
    "WHERE view = $view AND next_activity_no = activity_no) GROUP BY case_no, activity_no, run) AS r "
    "ON r.case_no = l.case_no AND r.step_no = l.step_no "
    "WHERE l.view = $view AND l.next_activity_no IS DISTINCT FROM l.activity_no) AS s"
)


def kept_cases(build: Build, cohort: Cohort) -> Kept:
    """The SQL of a cohort's cases in one build.

    Raises NotAvailable for a view the build does not hold, or a filter that says nothing about its cases.
    """
    require_view(build, cohort.view)
    numbers = _activity_numbers(build, cohort)
    conditions, values = ["c.view = $view"], dict[str, Any](view=cohort.view)
    for part in (_object_conditions, _case_conditions):
        found, bound = part(cohort)
        conditions += found
        values |= bound
    found, bound = _sequence_conditions(cohort, numbers)
    if found:
        conditions.append(
            "c.variant_no IN (SELECT v.variant_no FROM mart_variant AS v WHERE v.view = $view AND "
            + " AND ".join(found)
            + ")"
        )
        values |= bound
    for place, (rule, is_kept) in enumerate(_rules(cohort, timed=True)):
        condition, bound = _within(rule, place, numbers)
        conditions.append(condition if is_kept else f"NOT ({condition})")
        values |= bound
    return Kept(" AND ".join(conditions), values, cohort.is_whole_view)


def views(build: Build) -> list[str]:
    """The object types of a build that can be the case, the most frequent first."""
    with build.cursor() as cursor:
        rows = cursor.execute(
            "SELECT view FROM mart_activity GROUP BY view ORDER BY sum(event_count) DESC, view"
        ).fetchall()
    return [row[0] for row in rows]


def require_view(build: Build, view: str) -> None:
    """Raise NotAvailable when no object of this type has events in the build."""
    if view not in (known := views(build)):
        held = ", ".join(known) or "no events at all"
        raise NotAvailable(f"this build has no view '{view[:40]}'; it holds {held}")


def activity_names(cursor: duckdb.DuckDBPyConnection, view: str) -> dict[int, str]:
    """Number → name of the activities of a view."""
    rows = cursor.execute("SELECT activity_no, activity FROM mart_activity WHERE view = $1", [view]).fetchall()
    return dict(rows)


def number_of(build: Build, view: str, activity: str) -> int:
    """The number of one activity. Raises NotAvailable when the view does not hold it."""
    require_view(build, view)
    with build.cursor() as cursor:
        for no, name in activity_names(cursor, view).items():
            if name == activity:
                return no
    raise NotAvailable(f"the view '{view}' has no activity '{activity[:60]}'; `tower mine map` lists them")


def _activity_numbers(build: Build, cohort: Cohort) -> Callable[[str], int]:
    """Name → number; a name the view does not hold is -1 and matches nothing."""
    with build.cursor() as cursor:
        known = {name: no for no, name in activity_names(cursor, cohort.view).items()}
    return lambda name: known.get(name, -1)


def _case_conditions(cohort: Cohort) -> tuple[list[str], dict[str, Any]]:
    """What mart_case itself says: variant, state, duration, period."""
    given: list[tuple[str, str, Any]] = [
        ("list_contains($c_variants, c.variant_no)", "c_variants", list(cohort.variants) or None),
        ("list_contains($c_weekdays, isodow(c.started_at))", "c_weekdays", list(cohort.weekdays) or None),
        ("c.throughput_seconds >= $c_min", "c_min", cohort.min_seconds),
        ("c.throughput_seconds <= $c_max", "c_max", cohort.max_seconds),
        ("c.started_at >= $c_since", "c_since", cohort.since),
        ("c.started_at < $c_until + INTERVAL 1 DAY", "c_until", cohort.until),
    ]
    conditions = [condition for condition, _, value in given if value is not None]
    conditions += {"open": ["c.is_open"], "ended": ["NOT c.is_open"]}.get(cohort.state, [])
    return conditions, {name: value for _, name, value in given if value is not None}


def _object_conditions(cohort: Cohort) -> tuple[list[str], dict[str, Any]]:
    """The filters: on the object where it knows the dimension, else on the exceptions the case belongs to."""
    relation, key, own = OBJECTS.get(cohort.view, ("mart_case", "case_id", ("source_system",)))
    if cohort.view == "exception":
        own = ()
    asked = [name for name in own if getattr(cohort.filters, name)]
    rest = replace(cohort.filters, **dict.fromkeys(asked, ()))  # type: ignore[arg-type]
    conditions, values = [], {f"o_{name}": list(getattr(cohort.filters, name)) for name in asked}
    if "source_system" in asked:
        asked.remove("source_system")
        conditions.append(_of_source(relation, key))
    if asked:
        found = " AND ".join(_is_one_of(name, getattr(cohort.filters, name)) for name in asked)
        conditions.append(_belongs_to(key, relation, found))
    if not rest.is_empty:
        if cohort.view not in BELONGS:
            asked_for = ", ".join(rest.to_query_params())
            raise NotAvailable(f"the view '{cohort.view}' cannot be filtered by {asked_for}: no exception names one")
        where, bound = where_clause(rest)
        conditions.append(_belongs_to(BELONGS[cohort.view], "mart_exception", where))
        values |= bound
    return conditions, values


def _of_source(relation: str, key: str) -> str:
    """The system that keeps the object; of an object that no system lists, the one whose events name it."""
    by_case = "list_contains($o_source_system, c.source_system)"
    if relation == "mart_case":
        return by_case
    listed = _belongs_to(key, relation, "list_contains($o_source_system, source_system)")
    return "(" + listed + f" OR ({by_case} AND c.case_id NOT IN (" + f"SELECT {key} FROM {relation}" + ")))"


def _belongs_to(key: str, relation: str, where: str) -> str:
    return "c.case_id IN (" + f"SELECT {key} FROM {relation} WHERE {where}" + ")"


def _is_one_of(name: str, values: tuple[str, ...]) -> str:
    column = DIMENSIONS[name][1]
    return f"(list_contains($o_{name}, {column}){f' OR {column} IS NULL' if NOT_STATED in values else ''})"


def _sequence_conditions(cohort: Cohort, number: Callable[[str], int]) -> tuple[list[str], dict[str, Any]]:
    """What the sequence of activities says, without times: conditions on mart_variant AS v."""
    conditions, values = [], dict[str, Any]()
    if cohort.through:
        conditions.append("list_has_all(v.activity_nos, $v_through)")
        values["v_through"] = [number(name) for name in cohort.through]
    if cohort.avoiding:
        conditions.append("NOT list_has_any(v.activity_nos, $v_avoiding)")
        values["v_avoiding"] = [number(name) for name in cohort.avoiding]
    if cohort.starts_with:
        conditions.append("list_contains($v_first, v.activity_nos[1])")
        values["v_first"] = [number(name) for name in cohort.starts_with]
    if cohort.ends_with:
        conditions.append("list_contains($v_last, v.activity_nos[-1])")
        values["v_last"] = [number(name) for name in cohort.ends_with]
    for place, (rule, is_kept) in enumerate(_rules(cohort, timed=False)):
        condition = (_DIRECTLY if rule.directly else _EVENTUALLY).replace("#", str(place))
        conditions.append(condition if is_kept else f"NOT ({condition})")
        values |= {f"v_first_{place}": number(rule.first), f"v_then_{place}": number(rule.then)}
    return conditions, values


def _rules(cohort: Cohort, timed: bool) -> list[tuple[FollowedBy, bool]]:
    """The rules with (or without) a time limit, each with whether it must hold or must not."""
    given = [(rule, True) for rule in cohort.followed_by] + [(rule, False) for rule in cohort.not_followed_by]
    return [(rule, is_kept) for rule, is_kept in given if (rule.max_seconds is not None) is timed]


_DIRECTLY = (
    "list_contains(list_transform(v.activity_nos, lambda no, i: "
    "no = $v_first_# AND coalesce(v.activity_nos[i + 1] = $v_then_#, false)), true)"
)
_EVENTUALLY = (
    "coalesce(list_position(v.activity_nos, $v_first_#) <= "
    "len(v.activity_nos) - list_position(list_reverse(v.activity_nos), $v_then_#), false)"
)


def _within(rule: FollowedBy, place: int, number: Callable[[str], int]) -> tuple[str, dict[str, Any]]:
    """A rule with a time limit: only the steps know when."""
    values = {
        f"w_first_{place}": number(rule.first),
        f"w_then_{place}": number(rule.then),
        f"w_max_{place}": rule.max_seconds,
    }
    text = _WITHIN_DIRECTLY if rule.directly else _WITHIN
    return "c.case_no IN (" + text.replace("#", str(place)) + ")", values


_WITHIN_DIRECTLY = (
    "SELECT w.case_no FROM mart_event_step AS w WHERE w.view = $view AND w.activity_no = $w_first_# "
    "AND w.next_activity_no = $w_then_# AND w.gap_seconds <= $w_max_#"
)
_WITHIN = (
    "SELECT f.case_no FROM (SELECT w.case_no, w.timestamp, "
    "w.activity_no = $w_then_# AS is_then, "
    "max(w.timestamp) FILTER (WHERE w.activity_no = $w_first_#) OVER (PARTITION BY w.case_no ORDER BY w.step_no "
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS first_at "
    "FROM mart_event_step AS w WHERE w.view = $view AND w.activity_no IN ($w_first_#, $w_then_#)) AS f "
    "WHERE f.is_then AND floor(epoch(f.timestamp)) - floor(epoch(f.first_at)) <= $w_max_#"
)
