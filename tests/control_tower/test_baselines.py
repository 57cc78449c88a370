"""Does a figure compare with what the policy states it was before, and with the period before where it states nothing?"""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from control_tower import kpi, policy
from control_tower.definitions import KpiDefinition, kpis
from control_tower.kpi.baseline import captured
from control_tower.kpi.derived import Figures, combined
from control_tower.kpi.value import Figure, Period
from tests.control_tower.conftest import Build

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
    decided = stating(tmp_path, f"\n[targets.{one.of[0]}]\nbaseline = 25\n")
    found = combined(one, hours, (SINCE, UNTIL), float(decided.parameters[f"baseline_{one.of[0]}"]))[None]
    assert (found.value, found.numerator, found.denominator) == pytest.approx((0.8, 20, 25))
    assert found.detail is not None
    assert found.detail["baseline_from"] == "the policy"


def test_the_policys_baseline_is_of_the_whole_and_not_of_a_part(tmp_path: Path) -> None:
    one = kpis()[NAME]
    part = combined(one, hours, (SINCE, UNTIL), 25.0)["S1"]
    assert part.value == pytest.approx((8 - 6) / 8)
    assert part.detail is not None
    assert part.detail["baseline_from"] == "the period before"


def test_the_baseline_is_that_of_the_builds_policy_until_another_is_laid_over_it(build: Build) -> None:
    """EXE-08: never the shipped file's; what one cursor lays over, another does not see."""
    name = kpis()[NAME].of[0]
    assert captured(build.connection, name) is None
    build.connection.execute("INSERT INTO policy_parameter VALUES (?, 25)", [f"baseline_{name}"])
    assert captured(build.connection, name) == 25
    with build.connection.cursor() as own:
        kpi.lay_baselines(own, {name: Decimal("40.5")})
        assert captured(own, name) == 40.5
        kpi.lay_baselines(own, {})
        assert captured(own, name) is None
        days = "SELECT value FROM policy_parameter WHERE name = 'recurrence_days'"
        assert own.execute(days).fetchone() == build.connection.execute(days).fetchone()
    assert captured(build.connection, name) == 25


def test_recovery_of_a_build_compares_with_the_baseline_that_its_cursor_reads(build: Build) -> None:
    """K16 end to end: 10 h with an exception against 4 h without, in one stratum of 60 orders; baseline 24 h."""
    start = datetime(2026, 3, 2)
    at = {"channel": "edi", "site_id": "s", "order_at": start}
    slow = [{"order_id": f"x{n}", "complete_at": start + timedelta(hours=10)} | at for n in range(30)]
    fast = [{"order_id": f"o{n}", "complete_at": start + timedelta(hours=4)} | at for n in range(30)]
    build.insert("core_order", [*slow, *fast])
    build.insert("mart_exception", [{"exception_id": one["order_id"], "order_id": one["order_id"],
                                     "detected_at": start} for one in slow])  # fmt: skip
    asked = kpi.Period(SINCE, UNTIL)
    delay = kpi.evaluate(build.connection, kpis()[kpis()[NAME].of[0]], asked)
    assert delay.value == 6
    assert kpi.evaluate(build.connection, kpis()[NAME], asked).value is None  # nothing before to recover from
    with build.connection.cursor() as own:
        kpi.lay_baselines(own, {kpis()[NAME].of[0]: Decimal(24)})
        found = kpi.evaluate(own, kpis()[NAME], asked)
        assert (found.value, found.denominator) == (0.75, 24)


def test_without_a_stated_baseline_the_period_before_is_compared() -> None:
    one = kpis()[NAME]
    assert combined(one, hours, (SINCE, UNTIL), None)[None].value == pytest.approx(0.75)


@pytest.mark.parametrize("name", sorted(policy.load().targets))
def test_a_target_lies_in_the_figures_own_unit(name: str) -> None:
    """A rate is stated as 0-1 and never as percent; durations and counts are positive."""
    stated, unit = policy.load().targets[name], kpis()[name].unit
    for value in (stated.target, stated.baseline):
        assert value is None or (0 <= value <= 1 if unit == "percent" else value >= 0), f"{name}: {value} {unit}"
