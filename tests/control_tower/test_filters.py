"""Is a filter state exactly what its link says, and nothing that a link must not say?"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.filters import AGING, BASES, DIMENSIONS, STATES, URL_WORDS, Filters, from_query_params
from control_tower.vocabulary import ExceptionStatus, Severity
from control_tower.warehouse import where_clause

PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)
VALUES = st.lists(PLAIN, max_size=4, unique=True).map(tuple)
DAYS = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2099, 12, 31)))


@st.composite
def states(draw: st.DrawFn) -> Filters:
    """Any state that the pages could set."""
    values = {name: draw(VALUES) for name in DIMENSIONS if name not in ("severity", "status")}
    since, until = draw(DAYS), draw(DAYS)
    if since and until and since > until:
        since, until = until, since
    return Filters(
        **values,
        severity=tuple(draw(st.lists(st.sampled_from([*Severity]), unique=True))),
        status=tuple(draw(st.lists(st.sampled_from([*ExceptionStatus]), unique=True))),
        aging=tuple(draw(st.lists(st.sampled_from(list(AGING)), unique=True))),
        state=draw(st.sampled_from(STATES)),
        since=since,
        until=until,
        basis=draw(st.sampled_from(list(BASES))),
        search=draw(st.one_of(st.just(""), PLAIN)),
    )


@given(states())
def test_a_state_comes_back_from_its_own_link(state: Filters) -> None:
    found, refused = from_query_params(state.to_query_params())
    assert (found, refused) == (state, [])


@given(st.dictionaries(st.one_of(st.sampled_from(sorted(URL_WORDS)), st.text()), st.lists(st.text(), max_size=3)))
def test_any_link_gives_a_state_and_never_an_error(params: dict[str, list[str]]) -> None:
    """# fault 86: what is not allowed is refused by name, the rest stands."""
    found, refused = from_query_params(params)
    assert from_query_params(found.to_query_params()) == (found, [])
    assert all(sentence.startswith("The link's '") for sentence in refused)


@given(states())
def test_a_condition_holds_no_value_only_names_of_bound_ones(state: Filters) -> None:
    """# fault 86: the text of a condition depends on which parts are set, never on what they hold."""
    text, values = where_clause(state)
    fixed = replace(
        state,
        **{name: ("x",) * bool(getattr(state, name)) for name in DIMENSIONS if name not in ("severity", "status")},
        search="x" if state.search else "",
    )
    if not any("(not stated)" in getattr(state, name) for name in DIMENSIONS):
        assert where_clause(fixed)[0] == text
    assert all(f"${name}" in text for name in values)


@pytest.mark.parametrize(
    ("word", "value", "why"),
    [
        ("severity", "catastrophic", "is unknown; use one of critical, informational, standard"),
        ("age", "1 OR 1=1", "is unknown"),
        ("state", "closed; --", "use one of open, past_sla, ended"),
        ("since", "yesterday", "write YYYY-MM-DD"),
        ("site", "a\x00b", "no control characters"),
        ("q", "x" * 201, "at most 200"),
    ],
)
def test_a_value_that_no_page_could_set_is_refused_with_what_is_allowed(word: str, value: str, why: str) -> None:
    """# fault 86"""
    found, refused = from_query_params({word: [value], "channel": ["edi"]})
    assert found == Filters(channel=("edi",))
    assert len(refused) == 1
    assert why in refused[0]


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    found, refused = from_query_params({"since": ["2026-02-01"], "until": ["2026-01-01"]})
    assert found == Filters(since=date(2026, 2, 1))
    assert "swap the two" in refused[0]


def test_more_values_than_a_person_picks_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 50 values"):
        Filters(site_id=tuple(str(n) for n in range(51)))


def test_a_scope_narrows_and_never_widens_what_is_asked() -> None:
    assert Filters().limited_to(None) == Filters()
    assert Filters().limited_to(("a", "b")).site_id == ("a", "b")
    assert Filters(site_id=("b", "z")).limited_to(("a", "b")).site_id == ("b",)
    assert Filters(site_id=("z",)).limited_to(("a",)).site_id == ("(outside your scope)",)
    assert Filters().limited_to(()).site_id == ("(outside your scope)",)


def test_removing_parts_leaves_the_others() -> None:
    state = Filters(severity=("critical", "standard"), since=date(2026, 1, 1), basis="due", search="x")
    assert state.without("severity", "critical").severity == ("standard",)
    assert state.without("period") == Filters(severity=("critical", "standard"), search="x")
    assert state.without("search").search == ""
    with pytest.raises(ValueError, match="is no dimension"):
        state.with_values("note", ["x"])
