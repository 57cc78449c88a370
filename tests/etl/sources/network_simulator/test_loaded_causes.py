"""Does a loaded build show what truth.json plants, against the load of the same seed with it switched off?

Place, window and size come from truth.json, the effect from counts on the two builds (`effects.py`). For each commit
all causes are switched off at once; one at a time is for the large run.
"""

from collections.abc import Callable

import pytest
from scipy.stats import binomtest

from etl.sources.network_simulator import causes
from tests.etl.sources.network_simulator import effects
from tests.etl.sources.network_simulator.conftest import Loaded
from tests.etl.sources.network_simulator.effects import Cause, Share

pytestmark = pytest.mark.xdist_group("small_world")  # loaded once, by one worker

NAMES = [cause.name for cause in causes.CAUSES]
POSSIBLE, IMPOSSIBLE = 0.001, 0.01
"""A size is wrong when so few builds would show what this one shows; a build is without the cause when so few would."""
AT_ORDER_ENTRY = ["pricing_discrepancy", "compliance_hold", "margin_violation", "invalid_ship_to", "regulated_order",
                  "contract_terms_mismatch", "tax_mismatch", "freight_terms_mismatch"]  # fmt: skip
"""Types that no cause touches, seen before anybody works."""


def planted(build: Loaded, name: str) -> Cause:
    """What truth.json says of a cause."""
    (found,) = [cause for cause in build.truth["causes"] if cause["name"] == name]
    return dict(found)


def assert_cases_are_more(on: Loaded, off: Loaded, cause: Cause) -> None:
    """At least three times as many at its place, and about so many more as truth.json says."""
    with_it, without = effects.cases(on, cause), effects.cases(off, cause)
    assert with_it >= 3 * without
    assert 0.8 * (with_it - without) <= cause["cases"] <= 1.1 * with_it
    assert with_it - without > 0


def assert_share(with_it: Share, without: Share, size: float) -> None:
    """The share is the planted one where the cause was at work, and could not be where it was not."""
    assert binomtest(*with_it, size).pvalue > POSSIBLE, f"{with_it} are not {size:.0%}"
    assert binomtest(*without, size).pvalue < IMPOSSIBLE, f"{without} could be {size:.0%} without the cause"


def assert_notices_are_wrong(on: Loaded, off: Loaded, cause: Cause) -> None:
    """So many times the rate that all suppliers have when nothing is planted, and not that rate itself."""
    everywhere = effects.wrong_notices(off, cause, everywhere=True)
    usual, found = everywhere.hits / everywhere.of, effects.wrong_notices(on, cause)
    assert binomtest(*found, cause["size"] * usual).pvalue > POSSIBLE
    assert binomtest(*found, usual).pvalue < IMPOSSIBLE


def assert_lane_is_slow(on: Loaded, off: Loaded, cause: Cause) -> None:
    """So many days more on the road."""
    assert effects.days_late(on, cause) - effects.days_late(off, cause) == cause["size"]


def assert_mondays_are_short(on: Loaded, off: Loaded, cause: Cause) -> None:
    """One in three comes, and no team comes without anybody."""
    with_it, without = effects.people_on_mondays(on, cause), effects.people_on_mondays(off, cause)
    assert with_it.hits == -(-with_it.of * cause["size"] // 1)
    assert without.hits == without.of > with_it.hits


def assert_decisions_take_long(on: Loaded, off: Loaded, cause: Cause) -> None:
    """So many times the minutes of the approver, and not of the others."""
    team = cause["place"]["team"]
    times = {
        one: effects.decision_seconds(on, one) / effects.decision_seconds(off, one)
        for one in ("APPROVER_0", "APPROVER_1", "APPROVER_2")
    }
    assert times.pop(team) == pytest.approx(cause["size"], rel=0.05)
    assert all(ratio == pytest.approx(1, rel=0.05) for ratio in times.values())


SIZES: dict[str, Callable[[Loaded, Loaded, Cause], None]] = {
    "supplier_asn": assert_notices_are_wrong, "lane_lead_time": assert_lane_is_slow,
    "monday_staff": assert_mondays_are_short, "slow_approver": assert_decisions_take_long,
}  # fmt: skip
"""Causes whose size is no plain share."""


def assert_effect(on: Loaded, off: Loaded, name: str) -> None:
    """Everything that a build must show of a cause."""
    cause = planted(on, name)
    assert cause["is_on"]
    if cause["types"]:
        assert_cases_are_more(on, off, cause)
    if name in effects.SHARES:
        counted = effects.SHARES[name]
        assert_share(counted(on, cause), counted(off, cause), cause["size"])
    if name in SIZES:
        SIZES[name](on, off, cause)


@pytest.mark.parametrize("name", NAMES)
def test_a_build_shows_a_cause_in_its_place_window_and_size(loaded: Loaded, unplanted: Loaded, name: str) -> None:
    assert_effect(loaded, unplanted, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_build_without_the_cause_does_not_pass_for_one_with_it(unplanted: Loaded, loaded: Loaded, name: str) -> None:
    """The check above can fail: asked of the build without causes it does, for each of them."""
    pretended = Loaded(unplanted.folder, loaded.truth, unplanted.cases, unplanted.connection)
    with pytest.raises(AssertionError):
        assert_effect(pretended, unplanted, name)


def test_every_cause_is_checked_by_its_cases_or_by_its_size() -> None:
    """No cause passes because nothing is asked of it."""
    by_cases = {cause.name for cause in causes.CAUSES if cause.types}
    assert by_cases | set(SIZES) | set(effects.SHARES) == set(NAMES)


def test_what_no_cause_touches_is_the_same_in_both_builds(loaded: Loaded, unplanted: Loaded) -> None:
    """Order by order, but for orders that were sent twice in one of the runs: those are other orders."""
    copies = [row["order"] for build in (loaded, unplanted) for row in build.truth["copies"]]
    query = """
        SELECT type_code, order_id FROM core_exception WHERE local_code IS NOT NULL AND list_contains(?, type_code)
            AND NOT list_contains(?, substr(order_id, 6)) ORDER BY ALL"""
    found = [build.rows(query, [AT_ORDER_ENTRY, copies]) for build in (loaded, unplanted)]
    assert found[0] == found[1]
    assert len(found[0]) > 30


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_switching_off_one_cause_takes_its_effect_alone(
    loaded: Loaded, load_without: Callable[[str], Loaded], name: str
) -> None:
    """A load for each cause, all the others at work: the same effect as against none."""
    off = load_without(name)
    assert_effect(loaded, off, name)
    assert [cause["name"] for cause in off.truth["causes"] if not cause["is_on"]] == [name]
    assert planted(off, name)["cases"] == 0
