"""Is the breach probability of a case one? Calibrated, sharper than its type's share, and blind to the case's own fate."""

from collections.abc import Callable

import numpy as np
import pytest

from etl.sources.network_simulator import breach, causes, world
from etl.sources.network_simulator.run import Floats, Run
from etl.sources.network_simulator.world import World


@pytest.fixture(scope="module")
def judged(world_without: Callable[..., World]) -> tuple[World, Floats, Floats]:
    """The default demo's world, its probabilities and whether each case truly missed its deadline."""
    made = world_without()
    chance = breach.probabilities(made.run, made.staff, made.cases, made.trail, made.slow)
    missed = (world.ended(made.cases, made.trail) > made.cases["due_at"]).to_numpy(dtype=float)
    return made, chance, missed


def test_in_every_tenth_as_many_breach_as_was_said(judged: tuple[World, Floats, Floats]) -> None:
    """Issue 3: calibration by decile against what really happened; three standard errors and a twelfth for the model."""
    _, chance, missed = judged
    assert chance.min() >= 0 and chance.max() <= 1
    for part in np.array_split(np.argsort(chance, kind="stable"), 10):
        said, came = chance[part].mean(), missed[part].mean()
        allowed = 3 * np.sqrt(max(said * (1 - said), 0.01) / len(part)) + 1 / 12
        assert abs(said - came) <= allowed, (said, came)
    assert chance.mean() == pytest.approx(missed.mean(), abs=0.03)


def test_it_knows_more_than_type_and_severity(judged: tuple[World, Floats, Floats]) -> None:
    """The mean squared error is far below that of the realised share of the case's own type and severity."""
    made, chance, missed = judged
    by_type = made.cases.assign(missed=missed).groupby(["type_code", "severity"])["missed"].transform("mean")
    assert np.mean((chance - missed) ** 2) < 0.75 * np.mean((by_type - missed) ** 2)
    assert len(np.unique(chance[made.cases["type_code"] == "pricing_discrepancy"])) > 30


def test_it_is_drawn_again_the_same_and_not_the_outcome(judged: tuple[World, Floats, Floats]) -> None:
    """Same world, same numbers; most of the middle is neither surely missed nor surely met."""
    _, chance, missed = judged
    small = world.make(Run(3, 150, 5, causes.NAMES))
    twice = [breach.probabilities(small.run, small.staff, small.cases, small.trail, small.slow) for _ in range(2)]
    assert np.array_equal(*twice)
    middle = (chance > 0.2) & (chance < 0.8)
    assert middle.sum() > 500
    assert 0.2 < missed[middle].mean() < 0.8
