"""Is the simulated world one that could be? Shares, order of things, people who are one person each."""

import hashlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.vocabulary import Category
from etl.sources.network_simulator import queues, simulate
from etl.sources.network_simulator.cases import CATEGORY
from etl.sources.network_simulator.run import HOUR, running_sum
from etl.sources.network_simulator.shifts import Clock
from etl.sources.network_simulator.world import World

Worlds = Callable[..., World]


def _digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """ING-13: every file, workbooks and database included; another seed gives others."""
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        simulate.simulate(tmp_path / name, 3, 150, seed)
    one, two, three = (_digest(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    assert one["erp/orders_01.csv"] != three["erp/orders_01.csv"]


def test_six_to_ten_orders_in_a_hundred_need_somebody(world_without: Worlds) -> None:
    """ING-13."""
    made = world_without()
    seen = made.cases[(made.cases["order"] >= 0) & (made.cases["seen_at"] <= made.run.end)]
    assert 0.06 <= seen["order"].nunique() / len(made.orders) <= 0.10


def test_all_eight_categories_occur(world_without: Worlds) -> None:
    """ING-05: from state, in one demo, each with several types."""
    types = world_without().cases["type_code"].unique()
    categories = [CATEGORY[code] for code in types]
    assert set(categories) == set(Category) - {Category.SERVICE, Category.UNMAPPED}
    assert min(categories.count(category) for category in set(categories)) >= 3


def test_a_case_is_seen_before_anything_is_done_about_it(world_without: Worlds) -> None:
    """The first event of every trace is its detection, and each case ends."""
    made = world_without()
    first = made.trail.groupby("case").first()
    assert (first["activity"] == queues.NO["Detect"]).all()
    assert (first["moment"].to_numpy() == made.cases["seen_at"].to_numpy()[first.index]).all()
    assert len(first) == len(made.cases)


def test_a_child_is_seen_after_its_parent(world_without: Worlds) -> None:
    """DET-09: no exception is caused by a later one."""
    cases = world_without().cases
    seen = cases.set_index("identity")["seen_at"]
    children = cases[cases["parent"].isin(seen.index)]
    assert len(children) > 100
    assert (seen.loc[children["parent"]].to_numpy() <= children["seen_at"].to_numpy()).all()
    assert set(cases["parent"]) - {-1} <= set(cases["identity"])


def test_nobody_works_two_cases_at_a_time(world_without: Worlds) -> None:
    """A person who took up a case has finished the visit before the next one is taken up."""
    trail = world_without().trail
    begins = trail["activity"].isin([queues.NO[name] for name in queues.BEGINS.values()])
    human = trail[trail["person"] >= 0].assign(begins=begins)
    human = human.sort_values(["person", "moment", "begins"], kind="stable")
    following = human.groupby("person")["case"].shift(-1)
    taken = human["begins"] & following.notna()
    assert taken.sum() > 1000
    assert (following[taken] == human.loc[taken, "case"]).all()


def test_nothing_ships_before_it_is_released(world_without: Worlds) -> None:
    """The standard path in its order, for every shipment, and no order before its hold ended."""
    made = world_without()
    ships, booked = made.ships, made.orders.booked_at[made.ships.order]
    steps = [booked, ships.released_at, ships.packed_at, ships.shipped_at, ships.delivered_at, ships.proof_at]
    for earlier, later in pairwise(steps):
        assert (earlier <= later).all()
    assert (made.bills.posted_at > ships.shipped_at).all()
    assert (made.bills.paid_at > made.bills.posted_at).all()


def test_stock_is_never_promised_twice(world_without: Worlds) -> None:
    """Invariant 5: what was picked never exceeds what was there; the record never falls below nothing."""
    snapshots = world_without().stock.snapshots
    assert len(snapshots) == 26
    assert min(int(frame["on_hand"].min()) for frame in snapshots) >= 0


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 12)), min_size=1, max_size=8),
    st.integers(0, 200),
    st.integers(1, 60),
)
def test_work_is_done_in_open_hours_only(gaps: list[tuple[int, int]], start: int, work: int) -> None:
    """A clock gives the moment at which exactly so many seconds were worked: counted second by second."""
    opens, closes, before, at, done = [], [], [], 0, 0
    for gap, length in gaps:
        opens.append(at + gap)
        at += gap + length
        closes.append(at)
        before.append(done)
        done += length
    seconds = [second for first, last in zip(opens, closes, strict=True) for second in range(first, last)]
    left = [second for second in seconds if second >= start]
    if work <= len(left):
        assert Clock(opens, closes, before).after(start, work) == left[work - 1] + 1


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=30))
def test_a_running_sum_counts_each_key_on_its_own(pairs: list[tuple[int, int]]) -> None:
    """Against the plain loop."""
    totals: dict[int, int] = {}
    expected = []
    for key, amount in pairs:
        totals[key] = totals.get(key, 0) + amount
        expected.append(totals[key])
    keys = np.array([key for key, _ in pairs], dtype=np.int64)
    amounts = np.array([amount for _, amount in pairs], dtype=np.int64)
    assert running_sum(keys, amounts).tolist() == expected


def test_waiting_comes_from_load(world_without: Worlds) -> None:
    """Cases seen in a week with many others of the same team are taken up later."""
    made = world_without()
    taken = made.trail[made.trail["activity"] == queues.NO["Acknowledge"]].groupby("case")["moment"].first()
    first = made.trail.groupby("case")["team"].first()
    wait, week = (taken - made.cases["seen_at"]) / HOUR, made.cases["seen_at"] // (7 * 24 * HOUR)
    pricing = next(n for n, team in enumerate(made.staff.teams) if team.function == "pricing")
    mine = (first == pricing) & (made.cases["seen_at"] < made.run.end)
    weekly = wait[mine].groupby(week[mine]).agg(["mean", "size"])
    assert np.corrcoef(weekly["mean"].fillna(0), weekly["size"])[0, 1] > 0.3


@pytest.mark.parametrize("name", ["erp/order_log_01.csv", "wms/movements_01.jsonl"])
def test_true_rows_come_once_whatever_else_comes(written: Path, name: str) -> None:
    """Blemishes add rows; they never replace a true one."""
    lines = (written / name).read_text(encoding="utf-8").splitlines()
    assert len(lines) > len(set(lines))
