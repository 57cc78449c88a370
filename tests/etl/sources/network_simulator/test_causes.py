"""Does each planted cause do what it says, and nothing else? The same seed with and without it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from etl.sources.network_simulator import causes, network, queues, world
from etl.sources.network_simulator.causes import Cause
from etl.sources.network_simulator.run import DAY, HOUR, Run
from etl.sources.network_simulator.world import World

Worlds = Callable[..., World]
BY_COUNT = [cause for cause in causes.CAUSES if cause.types]


def at_its_place(world: World, cause: Cause) -> "pd.Series[bool]":
    """The cases of the cause's types at its place, in its window and the days in which its cases are still seen."""
    cases, place = world.cases, cause.place
    first, last = cause.window(world.run)
    found = cases["type_code"].isin(cause.types) & (cases["seen_at"] >= first) & (cases["seen_at"] < last + 5 * DAY)
    codes = {"site": [site[0] for site in network.SITES], "carrier": [carrier[0] for carrier in network.CARRIERS],
             "supplier": list(world.network.suppliers.code)}  # fmt: skip
    for name, values in codes.items():
        if name in place:
            found &= cases[name] == values.index(place[name])
    customer = cases["customer"].to_numpy()
    if "segment" in place:
        segment = world.network.customers.segment[np.maximum(customer, 0)]
        found &= (customer >= 0) & (segment == network.SEGMENTS.index(place["segment"]))
    return found


@pytest.mark.parametrize("cause", BY_COUNT, ids=lambda cause: cause.name)
def test_a_cause_multiplies_its_types_at_its_place(world_without: Worlds, cause: Cause) -> None:
    """At least three times as many cases, and most of the surplus bears the cause as its true reason."""
    on, off = world_without(), world_without(cause.name)
    with_it, without = int(at_its_place(on, cause).sum()), int(at_its_place(off, cause).sum())
    planted = int((on.cases["reason"] == cause.name).sum())
    assert with_it >= 3 * without
    assert with_it - without >= 10
    assert planted >= 0.8 * (with_it - without)
    assert not (off.cases["reason"] == cause.name).any()


@pytest.mark.parametrize("cause", BY_COUNT, ids=lambda cause: cause.name)
def test_a_cause_leaves_other_exceptions_before_release_alone(world_without: Worlds, cause: Cause) -> None:
    """What is seen at order entry for other types is the same, case by case."""
    on, off = world_without(), world_without(cause.name)
    apart = {"pricing_discrepancy", "order_anomaly", "compliance_hold", "margin_violation", "invalid_ship_to",
             "contract_terms_mismatch", "regulated_order"} - set(cause.types)  # fmt: skip
    copied = set(np.flatnonzero((on.copy_of >= 0) | (off.copy_of >= 0)).tolist())  # a copy is another order
    identities = []
    for made in (on, off):
        mine = made.cases["type_code"].isin(apart) & ~made.cases["order"].isin(copied)
        identities.append(set(made.cases.loc[mine, "identity"]))
    assert identities[0] == identities[1]
    assert len(identities[0]) > 100


@pytest.mark.parametrize("seed", [1, 2])
def test_the_shortfalls_of_a_stop_are_those_that_would_not_be_without_it(seed: int) -> None:
    """The count of truth.json, derived from two runs of a seed: what the supplier's items lack more than without the stop.

    Seed 2 adds seven shortfalls only (its supplier's items move slowly); the changed deliveries that the stop brings as
    well are no shortfalls and no part of the count. A search that finds such a handful by chance owes it nothing.
    """
    short = []
    for names in (causes.NAMES, causes.NAMES - {"supplier_stop"}):
        made = world.make(Run(26, 1500, seed, names))
        mine = made.cases["type_code"].eq("inventory_shortfall") & (made.cases["seen_at"] <= made.run.end)
        short.append(made.cases[mine & (made.cases["supplier"] == causes.STOPPED_SUPPLIER)].set_index("identity"))
    on, off = short
    assert set(off.index) <= set(on.index)
    added = set(on.index) - set(off.index)
    assert set(on.index[on["reason"] == "supplier_stop"]) == added
    assert (len(added) == 7) == (seed == 2)


def test_a_team_that_is_short_on_mondays_lets_the_weekend_wait(world_without: Worlds) -> None:
    """Cases seen from Saturday to Monday are taken up later than with the full team."""
    waits = []
    for made in (world_without(), world_without("monday_staff")):
        taken = made.trail[made.trail["activity"] == queues.NO["Acknowledge"]].groupby("case")["moment"].first()
        wait = (taken - made.cases["seen_at"]) / HOUR
        team = made.cases["type_code"].isin(["pricing_discrepancy", "margin_violation", "promotion_mismatch"])
        weekend = (made.cases["seen_at"] // DAY % 7).isin([5, 6, 0])
        waits.append(wait[team & weekend].median())
    assert waits[0] > 1.5 * waits[1]


def test_a_slow_approver_delays_one_unit_only(world_without: Worlds) -> None:
    """The latency of that unit's approvals doubles at least; the others' stays."""
    latency = []
    for made in (world_without(), world_without("slow_approver")):
        moment = made.trail.groupby(["activity", "case"])["moment"].first()
        decided = pd.concat([moment[queues.NO["Approve"]], moment[queues.NO["Reject"]]]).groupby(level=0).min()
        hours = (decided - moment[queues.NO["Request approval"]]).dropna() / HOUR
        latency.append(hours.groupby(made.cases["unit"].reindex(hours.index)).median())
    slow, usual = latency
    assert slow[1] > 2 * usual[1]
    assert slow[0] == pytest.approx(usual[0], rel=0.2)


def test_the_large_sites_have_no_higher_rate(world_without: Worlds) -> None:
    """Decoys: most exceptions, but per order no more than the other sites without a cause."""
    made = world_without(*causes.NAMES)
    site = made.cases.loc[made.cases["order"] >= 0, "site"]
    count = np.bincount(site, minlength=len(network.SITES))
    rate = count / np.bincount(made.orders.site, minlength=len(network.SITES))
    assert min(count[:2]) > 1.3 * np.mean(count[2:])
    assert max(rate[:2]) <= 1.15 * np.median(rate[2:])


def test_an_unknown_cause_is_refused_by_name() -> None:
    """The message says what is allowed."""
    with pytest.raises(ValueError, match=r"no cause 'gremlins'; allowed: carrier_outage, "):
        world.planned(["gremlins"])
