"""Is a cohort what its words say: in a link and back, and as the cases it keeps (PM-10)?"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_tower.errors import NotAvailable
from control_tower.filters import Filters
from process_mining.case_list import cases, through_activity, through_edge
from process_mining.cohort import Cohort, FollowedBy, from_query_params
from process_mining.kept_cases import views
from tests.process_mining.logs import ACTIVITIES, logs, traces
from tests.process_mining.small_log import Step, small_log

NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)
RULES = st.builds(FollowedBy, NAMES, NAMES, st.none() | st.integers(0, 10**9), st.booleans())
COHORTS = st.builds(
    Cohort,
    view=NAMES,
    filters=st.builds(Filters, site_id=st.lists(NAMES, max_size=2, unique=True).map(tuple), state=st.sampled_from(["", "open"])),
    variants=st.lists(st.integers(1, 10**6), max_size=3, unique=True).map(tuple),
    through=st.lists(NAMES, max_size=2, unique=True).map(tuple),
    avoiding=st.lists(NAMES, max_size=2, unique=True).map(tuple),
    followed_by=st.lists(RULES, max_size=2, unique=True).map(tuple),
    not_followed_by=st.lists(RULES, max_size=2, unique=True).map(tuple),
    min_seconds=st.none() | st.integers(0, 10),
    max_seconds=st.none() | st.integers(10, 10**9),
    state=st.sampled_from(["", "open", "ended"]),
    since=st.none() | st.dates(max_value=date(2026, 1, 1)),
    until=st.none() | st.dates(min_value=date(2026, 1, 1)),
    starts_with=st.lists(NAMES, max_size=2, unique=True).map(tuple),
    ends_with=st.lists(NAMES, max_size=2, unique=True).map(tuple),
    weekdays=st.lists(st.integers(1, 7), max_size=3, unique=True).map(tuple),
)  # fmt: skip


@given(COHORTS)
def test_a_link_says_the_whole_cohort_and_reads_back_as_it(cohort: Cohort) -> None:
    assert from_query_params(cohort.to_query_params()) == (cohort, [])
    assert hash(cohort) == hash(from_query_params(cohort.to_query_params())[0])


@given(st.dictionaries(st.sampled_from(["view", "variant", "follows", "min_seconds", "cases", "started_since", "weekday", "site"]),
                       st.lists(st.text(max_size=30), max_size=3)))  # fmt: skip
def test_a_link_typed_by_anybody_never_raises_and_says_what_it_refused(params: dict[str, list[str]]) -> None:
    cohort, refused = from_query_params(params)
    assert isinstance(cohort, Cohort) and all(sentence.startswith("The link's") for sentence in refused)


@pytest.mark.parametrize(
    "wrong", [{"state": "past"}, {"min_seconds": 5, "max_seconds": 4}, {"through": ("x" * 201,)}, {"weekdays": (8,)},
              {"variants": tuple(range(51))}, {"since": date(2026, 2, 1), "until": date(2026, 1, 1)}]
)  # fmt: skip
def test_a_cohort_refuses_what_no_page_could_ask(wrong: dict) -> None:
    with pytest.raises(ValueError):
        Cohort(**wrong)


def kept_by_hand(steps: list[Step], cohort: Cohort) -> set[str]:
    """The kept cases, by walking every trace."""
    return {case for case, trace in traces(steps).items() if _is_kept(trace, cohort)}


def _is_kept(trace: list[Step], cohort: Cohort) -> bool:
    names = [step.activity for step in trace]
    return (
        all(name in names for name in cohort.through)
        and not any(name in names for name in cohort.avoiding)
        and (not cohort.starts_with or names[0] in cohort.starts_with)
        and (not cohort.ends_with or names[-1] in cohort.ends_with)
        and all(_holds(trace, rule) for rule in cohort.followed_by)
        and not any(_holds(trace, rule) for rule in cohort.not_followed_by)
        and cohort.min_seconds is not None
        and trace[-1].at - trace[0].at >= cohort.min_seconds
    )


def _holds(trace: list[Step], rule: FollowedBy) -> bool:
    return any(
        first.activity == rule.first
        and then.activity == rule.then
        and (not rule.directly or j == i + 1)
        and (rule.max_seconds is None or then.at - first.at <= rule.max_seconds)
        for i, first in enumerate(trace)
        for j, then in enumerate(trace)
        if j > i
    )


WALKED = st.builds(
    FollowedBy, st.sampled_from(ACTIVITIES), st.sampled_from(ACTIVITIES), st.none() | st.just(3600), st.booleans()
)
SOME = st.lists(st.sampled_from(ACTIVITIES), max_size=2, unique=True).map(tuple)
ASKED = st.builds(
    Cohort, view=st.just("order"), through=SOME, avoiding=st.just(()) | st.just(("Resolve",)), starts_with=SOME,
    ends_with=SOME, min_seconds=st.sampled_from([0, 3600]),
    followed_by=st.lists(WALKED, max_size=2, unique=True).map(tuple),
    not_followed_by=st.lists(WALKED, max_size=1).map(tuple),
)  # fmt: skip


@settings(max_examples=15)
@given(logs(), st.lists(ASKED, min_size=4, max_size=8))
def test_the_kept_cases_are_those_found_by_walking_every_trace(steps: list[Step], asked: list[Cohort]) -> None:
    build = small_log(steps)
    for cohort in asked:
        assert {row.case_id for row in cases(build, cohort).rows} == kept_by_hand(steps, cohort), cohort


def test_an_activity_nobody_knows_keeps_nothing_and_avoiding_it_keeps_all() -> None:
    build = small_log([Step("a", "X"), Step("a", "Y", 5)])
    for none in (Cohort("order", through=("?",)), Cohort("order", starts_with=("?",)),
                 *(Cohort("order", followed_by=(FollowedBy("?", "Y", *more),)) for more in ((), (9,), (None, True), (9, True)))):  # fmt: skip
        assert cases(build, none).total == 0
    assert cases(build, Cohort("order", avoiding=("?",))).total == 1


def test_a_drill_into_a_node_or_an_edge_keeps_the_cohort_it_came_from() -> None:
    build = small_log([Step("a", "X"), Step("a", "Y", 5), Step("b", "X"), Step("b", "Z", 1), Step("b", "Y", 2)])
    cohort = Cohort("order", min_seconds=1)
    assert [row.case_id for row in cases(build, through_activity(cohort, "Z")).rows] == ["b"]
    assert [row.case_id for row in cases(build, through_edge(cohort, "X", "Y")).rows] == ["a"]
    assert replace(through_edge(cohort, "X", "Y"), followed_by=()) == cohort


def test_filters_of_exceptions_keep_the_orders_they_belong_to_and_a_site_is_the_orders_own() -> None:
    told = [{"exception_id": "e1", "order_id": "a", "severity": "critical", "site_id": "s:9"}]
    build = small_log([Step("a", "X"), Step("b", "X")], open_cases=["a", "b"], exceptions=told)

    def kept(**given: tuple[str, ...]) -> list[str]:
        return sorted(row.case_id for row in cases(build, Cohort("order", Filters(**given))).rows)

    assert kept(severity=("critical",)) == ["a"]
    assert kept(site_id=("s:9",)) == [], "the order itself states no site"
    assert kept(site_id=("(not stated)",), severity=("critical",)) == ["a"]
    assert kept(source_system=("desk",)) == ["a", "b"]


def test_a_view_the_build_does_not_hold_is_named_with_those_it_does() -> None:
    build = small_log([Step("a", "X")], view="parcel")
    assert views(build) == ["parcel"]
    with pytest.raises(NotAvailable, match="it holds parcel"):
        cases(build, Cohort("order"))
    with pytest.raises(NotAvailable, match="cannot be filtered by severity"):
        cases(build, Cohort("parcel", Filters(severity=("critical",))))
