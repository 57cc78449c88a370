"""Is the plan that policy's defaults make no embarrassment on the demonstration's own shortages? (REA-02)"""

from collections import Counter

import pytest

from control_tower import policy, warehouse
from control_tower.reallocation import compare, plan, situation
from tests.conftest import Demo

pytestmark = pytest.mark.slow


def test_by_default_the_plan_is_neither_later_nor_dearer_than_the_rules_of_the_field(demo: Demo) -> None:
    """Over all short items together: lines late, days late and freight, each beside both rules."""
    build, rules = warehouse.open_current(demo.settings), policy.load()
    summed: dict[str, Counter[str]] = {way: Counter() for way in compare.RULES}
    for exception_id in build.read("workbench_shortage")["exception_id"]:
        made = plan.for_situation(situation.read(build, [exception_id], rules), rules)
        for row in compare.compared(made):
            summed[row["way"]].update(
                {name: row[name] for name in ("late_lines", "late_days", "freight_amount", "score")}
            )
    ours = summed.pop("plan")
    for rule in summed.values():
        assert rule["late_lines"] > 20
        assert all(ours[name] <= rule[name] for name in ("late_lines", "late_days", "freight_amount"))
        assert ours["score"] > rule["score"]
