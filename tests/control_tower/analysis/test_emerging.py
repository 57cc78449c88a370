"""Is a rate that has just begun to rise found early, and nothing when nothing rises?"""

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from control_tower.analysis.contingency import Table
from control_tower.analysis.contrast import Cells
from control_tower.analysis.emerging import emerging, rises, select
from control_tower.analysis.verdict import limits as stated_limits
from control_tower.warehouse import Build
from tests.control_tower.analysis.planted import planted_build

WEEKS = 26


def weekly(failed: np.ndarray, exposed: np.ndarray) -> Table:
    """A table of one dimension from failures (types × values × weeks) and exposure (values × weeks)."""
    values = exposed.shape[0]

    def cells(first: int) -> Cells:
        weeks = np.arange(first, first + 13)
        value, stratum = np.repeat(np.arange(values), 13), np.tile(weeks, values)
        totals = np.zeros(WEEKS), np.zeros((failed.shape[0], WEEKS))
        totals[0][weeks], totals[1][:, weeks] = exposed[:, weeks].sum(axis=0), failed[:, :, weeks].sum(axis=1)
        return Cells(
            value, stratum, exposed[:, weeks].ravel(), failed[:, :, weeks].reshape(failed.shape[0], -1), *totals
        )

    now = failed[:, :, 13:].sum(axis=2)
    none = np.full(now.shape, -1, dtype=np.int64)
    names = tuple((f"value {number}",) for number in range(values))
    types = tuple(f"type {number}" for number in range(failed.shape[0]))
    return Table(
        ("site_id",), names, types, cells(13), cells(0), exposed[:, 13:].sum(axis=1), now, now, now, none, now, now.size
    )


def test_a_promotion_priced_wrongly_is_found_in_its_second_week(planted: Build) -> None:
    """Planted from 8 to 22 May on channel 1 × family 3."""
    found = emerging(planted, datetime(2026, 5, 16)).rows
    first = found.iloc[0]
    assert (first["type_code"], first["key"], first["other_key"]) == ("promotion_mismatch", "family 3", "channel 1")
    assert first["weeks"] <= 2
    assert first["rate_before"] < 0.01 < 0.2 < first["rate"]


def test_before_it_begins_it_is_not_there(planted: Build) -> None:
    found = emerging(planted, datetime(2026, 5, 5)).rows
    assert not len(found) or not (found["type_code"] == "promotion_mismatch").any()


def test_where_nothing_rises_nothing_is_found(tmp_path: Path) -> None:
    build = planted_build(tmp_path, lines=60_000, seed=3, planted=False)
    found = emerging(build)
    build.close()
    assert found.looked_at > 1_000
    assert not len(found.rows)


def test_the_chance_is_the_conditional_binomial_of_two_rates() -> None:
    """One of two values: 12 failures in the last week against 25 before, at equal exposure; the rest is steady."""
    failed = np.ones((1, 2, WEEKS))
    failed[0, 0, -1] = 12
    row = rises(weekly(failed, np.full((2, WEEKS), 100.0))).query("key == 'value 0'").iloc[0]
    assert row["weeks"] == 1
    assert row["p"] == pytest.approx(3 * stats.binom.sf(11, 37, 1 / 26))
    assert row["ratio"] == pytest.approx(12)


def test_a_rise_of_everything_is_nobodys_rise() -> None:
    failed = np.full((1, 5, WEEKS), 4.0)
    failed[..., -2:] = 16.0
    found = rises(weekly(failed, np.full((5, WEEKS), 100.0)))
    assert found["p"].min() > 0.05


def test_false_alarms_stay_at_the_stated_level() -> None:
    """400 worlds of 30 values in which nothing changes: how often is anything said to rise?"""
    random, alarms = np.random.default_rng(11), 0
    exposed = random.integers(20, 400, (30, 1)) * np.ones((1, WEEKS))
    rate = random.beta(4, 150, (4, 30, 1))
    for _ in range(400):
        found = rises(weekly(random.binomial(exposed.astype(int), rate).astype(float), exposed))
        alarms += len(select([found], 120, stated_limits())) > 0
    assert alarms / 400 <= stated_limits().level


def test_a_planted_rise_is_found_in_most_worlds() -> None:
    random, found = np.random.default_rng(12), 0
    exposed = np.full((20, WEEKS), 300)
    rate = np.full((1, 20, WEEKS), 0.02)
    rate[0, 4, -1] = 0.08
    for _ in range(60):
        rows = select(
            [rises(weekly(random.binomial(exposed, rate).astype(float), exposed.astype(float)))], 20, stated_limits()
        )
        found += len(rows) > 0 and rows["key"].iloc[0] == "value 4"
    assert found >= 50
    assert isinstance(rows, pd.DataFrame)
