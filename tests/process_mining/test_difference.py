"""Are two maps laid over each other without losing a count, and is what differs drawn however rare it is?"""

import pytest

from process_mining import compare
from process_mining.abstraction import simplified
from process_mining.cohort import Cohort
from process_mining.difference import MOST_ALWAYS, Overlay, overlay
from process_mining.directly_follows import dfg
from tests.process_mining.small_log import Step, small_log

VIEW = "order"


def walked(case: str, activities: str, hours: int) -> list[Step]:
    """One letter per activity, so many hours apart."""
    return [Step(case, name, place * hours * 3600) for place, name in enumerate(activities)]


@pytest.fixture(scope="module")
def laid() -> tuple[Overlay, compare.Comparison]:
    """Sixty cases with X beside sixty without: N is theirs alone, G the others' alone, B takes them thrice as long."""
    log = [step for i in range(60) for step in walked(f"new{i}", "XABNC" if i % 2 else "XABC", 3)]
    log += [step for i in range(60) for step in walked(f"old{i}", "ABGC" if i % 3 else "ABC", 1)]
    build = small_log(log)
    first, second = Cohort(VIEW, through=("X",)), Cohort(VIEW, avoiding=("X",))
    found = compare.compare(build, first, second)
    return overlay(found, dfg(build, first), dfg(build, second)), found


def test_the_overlay_counts_both_sides_and_says_what_each_has(laid: tuple[Overlay, compare.Comparison]) -> None:
    """PM-08, by hand: 30 of 60 go A → B → N, 40 of 60 A → B → G."""
    whole, parts = laid[0].whole, laid[0].parts
    assert (whole.cases, whole.events) == (120, 60 * 4 + 30 + 60 * 3 + 40)
    assert {one.name: one.events for one in whole.activities} == {
        "A": 120,
        "B": 120,
        "C": 120,
        "X": 60,
        "G": 40,
        "N": 30,
    }
    assert {(one.source, one.target): one.events for one in whole.edges} == {
        ("A", "B"): 120, ("X", "A"): 60, ("B", "C"): 50, ("B", "G"): 40, ("G", "C"): 40, ("B", "N"): 30, ("N", "C"): 30,
    }  # fmt: skip
    assert {one.name: one.cases for one in whole.start} == {"X": 60, "A": 60}
    assert {one.name: one.cases for one in whole.end} == {"C": 120}, "the ends of both sides together"
    new, gone, both = parts[("B", "N")], parts[("B", "G")], parts[("A", "B")]
    assert (new.first.cases, new.second.cases, new.only, new.share.value) == (30, 0, 0, 0.5)
    assert (gone.only, gone.second.share, gone.share.value) == (1, pytest.approx(2 / 3), pytest.approx(-2 / 3))
    assert (both.only, both.share.value, both.time.value, both.time.is_different) == (None, 0, 2 * 3600, True)
    assert new.time.value is None and new.second.median_seconds is None


def test_what_differs_is_what_the_comparison_calls_beyond_chance(laid: tuple[Overlay, compare.Comparison]) -> None:
    rows = laid[1].rows
    for measure in ("share", "time"):
        sure = rows[rows[f"{measure}_q"] <= compare.LEVEL]
        named = {
            (row.activity, row.next_activity if isinstance(row.next_activity, str) else None)
            for row in sure.itertuples()
        }
        found = laid[0].different(measure)  # type: ignore[arg-type]
        assert {(one.step, one.then) for one in found} == named
        assert [one.change(measure).q for one in found] == sorted(one.change(measure).q for one in found)  # type: ignore[arg-type, type-var]


def test_the_surest_differences_are_drawn_however_rare_they_are(laid: tuple[Overlay, compare.Comparison]) -> None:
    found = laid[0]
    cut, drawn = simplified(found.whole, 10, 10), found.drawn("share", 10, 10)
    assert ("B", "N") not in {(one.source, one.target) for one in cut.edges}
    arcs = {(one.source, one.target) for one in drawn.edges} | {(one.name, None) for one in drawn.activities}
    assert {(one.step, one.then) for one in found.different("share")[:MOST_ALWAYS]} <= arcs
    ends = {one.name for one in drawn.activities}
    assert {name for arc in drawn.edges for name in (arc.source, arc.target)} <= ends, "no path without its steps"


def test_an_end_that_one_side_alone_has_stays_on_the_map_of_both() -> None:
    """By hand: two of three cases with X stop at B; on the other side all four go on to C."""
    log = [step for i in range(3) for step in walked(f"new{i}", "XABC" if not i else "XAB", 1)]
    log += [step for i in range(4) for step in walked(f"old{i}", "ABC", 1)]
    build = small_log(log)
    sides = Cohort(VIEW, through=("X",)), Cohort(VIEW, avoiding=("X",))
    found = overlay(compare.compare(build, *sides), *(dfg(build, one) for one in sides))
    assert {one.name: one.cases for one in found.whole.end} == {"C": 5, "B": 2}
    assert {one.name: one.cases for one in found.whole.start} == {"A": 4, "X": 3}
    assert {one.name for one in found.drawn("share", 100, 100).end} == {"B", "C"}
