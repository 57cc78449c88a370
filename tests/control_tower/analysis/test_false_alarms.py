"""When nothing is there, how often does the search say "strong"? Deals of one build over all kinds and dimensions."""

import numpy as np
import pytest

from control_tower.analysis.root_cause import RootCause
from control_tower.warehouse import Build
from tests.control_tower.analysis import permuted
from tests.control_tower.analysis.permuted import Kind, distinct, fixed, kinds


@pytest.fixture(scope="module")
def dealers(planted: Build, searched: RootCause) -> list[Kind]:
    return list(kinds(planted, searched.span))


def test_strong_verdicts_without_a_cause_stay_at_the_stated_level(planted: Build, searched: RootCause) -> None:
    """All kinds of units, dimensions and pairs together; 1,000 deals of the demonstration are a slow test."""
    alarms = permuted.run(planted, searched.span, searched.limits, 200)
    assert alarms.looked_at == searched.looked_at
    assert alarms.strong_share <= searched.limits.level
    assert alarms.found <= alarms.suspicious < alarms.runs


def test_a_deal_keeps_every_count_of_its_strata(dealers: list[Kind]) -> None:
    assert {kind.name for kind in dealers} == {"order_line", "order", "receipt"}
    for kind in dealers:
        for world in kind.deal(np.random.default_rng(3), 3):
            for number, members in enumerate(kind.pools):
                units = world[kind.pool == number]
                assert np.isin(units, members).all()
                assert not kind.are_units or np.unique(units).size == units.size


def test_the_least_strict_test_misses_nothing_that_the_product_finds(dealers: list[Kind], searched: RootCause) -> None:
    """Worlds that are called calm without being judged are calm when the product judges them."""
    random = np.random.default_rng(5)
    dealt = [kind.deal(random, 4) for kind in dealers]
    small = searched.limits.small_sample
    prepared = [[fixed(kind, names, small) for names in kind.units.tables()] for kind in dealers]
    rare = [permuted._rare(*one) for one in zip(dealers, prepared, dealt, strict=True)]
    at, chance = (np.concatenate(parts) for parts in zip(*rare, strict=True))
    for world in range(4):
        alarms = permuted.Alarms(1, searched.looked_at)
        permuted._judge(alarms, dealers, [one[world] for one in dealt], searched.limits)
        if not (chance[at == world] <= searched.limits.level / searched.looked_at * 20).any():
            assert (alarms.found, alarms.strong) == (0, 0)


def test_a_deal_that_favours_one_place_is_found(dealers: list[Kind], searched: RootCause) -> None:
    """Were all failures dealt to the site with the least number in their stratum, nobody could overlook it."""
    dealt = []
    for kind in dealers:
        site = kind.units.codes["site_id"]
        pools = [members[site[members].argsort(kind="stable")] for members in kind.pools]
        rank = np.zeros(kind.pool.size, dtype=int)
        for number in range(len(pools)):
            here = np.flatnonzero(kind.pool == number)
            rank[here] = np.arange(here.size) % pools[number].size
        dealt.append(np.array([pools[pool][place] for pool, place in zip(kind.pool, rank, strict=True)]))
    alarms = permuted.Alarms(1, searched.looked_at)
    permuted._judge(alarms, dealers, dealt, searched.limits)
    assert (alarms.found, alarms.strong) == (1, 1)


def test_numbers_drawn_anew_until_they_differ_are_uniform() -> None:
    drawn = distinct(np.random.default_rng(1), 20_000, 3, 5)
    assert (np.sort(drawn, axis=1)[:, 1:] != np.sort(drawn, axis=1)[:, :-1]).all()
    pairs = np.bincount(np.sort(drawn, axis=1) @ [25, 5, 1])
    counts = pairs[pairs > 0]
    assert counts.size == 10
    assert np.abs(counts / counts.mean() - 1).max() < 0.1
