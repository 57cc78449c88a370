"""Does a figure compare with what the policy states it was before, and with the period before where it states nothing?"""

from datetime import datetime
from pathlib import Path

import pytest

from control_tower import policy
from control_tower.definitions import KpiDefinition, kpis
from control_tower.kpi.derived import Figures, captured, combined
from control_tower.kpi.value import Figure, Period

SINCE, UNTIL = datetime(2026, 3, 1), datetime(2026, 4, 1)
NAME = "order_cycle_recovery"


def hours(one: KpiDefinition, period: Period) -> Figures:
    """20 hours of delay an order in the period before, 5 now; of one site 8 and 6."""
    assert one.name == kpis()[NAME].of[0]
    values = (5.0, 6.0) if period.since == SINCE else (20.0, 8.0)
    return {key: Figure(value, None, None, 40, 0, False) for key, value in zip((None, "S1"), values, strict=True)}


def stating(tmp_path: Path, lines: str) -> policy.Policy:
    """The shipped policy with one more target."""
    path = tmp_path / "policy.toml"
    path.write_text(policy.SHIPPED.read_text(encoding="utf-8") + lines, encoding="utf-8")
    return policy.load(path)


def test_recovery_is_measured_against_the_baseline_of_the_policy(tmp_path: Path) -> None:
    """K16, EXE-08: from 25 h captured before the wave to 5 h now is 80 %, whatever the period before was."""
    one = kpis()[NAME]
    stated = captured(one, stating(tmp_path, f"\n[targets.{one.of[0]}]\nbaseline = 25\n"))
    found = combined(one, hours, (SINCE, UNTIL), stated)[None]
    assert (found.value, found.numerator, found.denominator) == pytest.approx((0.8, 20, 25))
    assert found.detail is not None
    assert found.detail["baseline_from"] == "the policy"


def test_the_policys_baseline_is_of_the_whole_and_not_of_a_part(tmp_path: Path) -> None:
    one = kpis()[NAME]
    part = combined(one, hours, (SINCE, UNTIL), 25.0)["S1"]
    assert part.value == pytest.approx((8 - 6) / 8)
    assert part.detail is not None
    assert part.detail["baseline_from"] == "the period before"


def test_without_a_stated_baseline_the_period_before_is_compared() -> None:
    one = kpis()[NAME]
    assert captured(one, policy.load()) is None
    assert combined(one, hours, (SINCE, UNTIL), None)[None].value == pytest.approx(0.75)


@pytest.mark.parametrize("name", sorted(policy.load().targets))
def test_a_target_lies_in_the_figures_own_unit(name: str) -> None:
    """A rate is stated as 0-1 and never as percent; durations and counts are positive."""
    stated, unit = policy.load().targets[name], kpis()[name].unit
    for value in (stated.target, stated.baseline):
        assert value is None or (0 <= value <= 1 if unit == "percent" else value >= 0), f"{name}: {value} {unit}"
