"""What do the work queue and a case say in one sentence? Computed from their rows; no Streamlit, no query."""

from collections.abc import Mapping, Sequence
from typing import Any

from control_tower.services.triaging import Laid
from control_tower.triage import sla
from dashboard import theme
from dashboard.data import Header

NONE_HERE = {
    "todo": "Nothing to do: what is open is informational.",
    "mine": "Nothing is yours.",
    "team": "Your teams own nothing. The policy says who belongs to which team.",
    "unassigned": "Everything has a person who answers for it.",
    "informational": "Nothing is informational.",
}


def listed(names: Sequence[str]) -> str:
    """Several names as one reads them: "acknowledge, decide and resolve"."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def work_queue(total: Mapping[str, Any], currency: str) -> str:
    """How much is to be done, how much of it is critical and late, and what it puts at risk."""
    if not total["all_count"]:
        return "Nothing is open."
    money = total["value_amount"]
    value = f"; {theme.money(money, currency)} at risk" if isinstance(money, float) and money == money else ""
    return (
        f"{theme.count(total['todo_count'])} to do, {theme.count(total['critical_count'])} business-critical, "
        f"{theme.count(total['late_count'])} of the open past their next due time, {theme.count(total['soon_count'])} due soon"
        f"{value}; {theme.count(total['informational_count'])} informational ones are kept apart."
    )


def fresh(head: Header, laid: Laid) -> str:
    """Whose state is shown: facts of the build, decisions until now; and when the clocks stand still."""
    said = f"Facts as of {theme.moment(head.as_of)}, decisions until {theme.moment(laid.now)}."
    if head.as_of and sla.present(head.as_of, laid.now, laid.policy.rules.sla) == head.as_of < laid.now:
        said += " The log ended then, so clocks are judged at its end."
    return said


def clock(found: sla.Clock, left_hours: float | None, zone: str | None) -> str:
    """One clock in words: "late by 5.0 working hours (due 3 Jun 2026 09:00 CEST)"."""
    if found.due_at is None:
        return f"done {theme.moment(found.done_at, zone)}" if found.done_at else "no due time"
    due = theme.moment(found.due_at, zone)
    if found.done_at is not None:
        late = ", late" if found.state == "done late" else ", in time"
        return f"done {theme.moment(found.done_at, zone)}{late} (due {due})"
    over = "" if left_hours is None else f" by {theme.hours(abs(left_hours))} of working time"
    left = "" if left_hours is None else f"{theme.hours(left_hours)} of working time left, "
    said = {"late": f"late{over} (due {due})", "paused": f"paused; due {due}"}
    return said.get(found.state, f"{left}due {due}")


def remaining(waited: float | None, by: float | None, left: float, whose: str) -> str:
    """How long it will still take, given how long it has lasted; `whose` says what it is compared with: type, category."""
    if waited is None:
        return "How long it still takes cannot be said: its times are suspect."
    share = theme.percent(left, 1)
    if by is None:
        return f"It has lasted {theme.hours(waited)}; of its {whose}, {share} last so long: too few to say how long they go on."
    return (
        f"It has lasted {theme.hours(waited)}; of its {whose}, {share} last so long, and half of these are resolved within "
        f"another {theme.hours(by - waited)}."
    )


def similar(rows: Sequence[Mapping[str, Any]]) -> str:
    """How the nearest resolved ones ended: the commonest way and the middle duration."""
    if not rows:
        return "No resolved exception of its category is known."
    ways: dict[str, int] = {}
    for row in rows:
        ways[row["ended_by"]] = ways.get(row["ended_by"], 0) + 1
    way, n = max(ways.items(), key=lambda pair: (pair[1], pair[0]))
    lasted = sorted(float(row["resolution_hours"]) for row in rows if row["resolution_hours"] is not None)
    took = f"; half of them took under {theme.hours(lasted[len(lasted) // 2])}" if lasted else ""
    return f"{n} of the {len(rows)} most alike ended with “{way}”{took}."
