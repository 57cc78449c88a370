"""Does `tower outcomes` say the figures of the Outcomes page? The same comparison, totals and ledger rows."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from control_tower import policy, warehouse
from control_tower.filters import Filters
from control_tower.ledger import compared, decided
from control_tower.ledger.compared import Measure
from control_tower.settings import Settings

RULES = policy.load().rules.outcomes
EVER = {"since": datetime(1900, 1, 1), "until": datetime(2200, 1, 1)}


def test_the_terminal_says_what_the_page_compares_and_sums(asked: Callable[..., Any], demo_home: Path) -> None:
    build, said = warehouse.open_current(Settings(home=demo_home)), asked("outcomes")
    assert said["build"] == build.id
    for measure in Measure:
        found = compared.of_build(build, Filters(), measure, RULES, None)
        one = said["compared"][measure.value]
        assert (one["decided"], one["unmatched"], one["compared"]) == (
            found.decided,
            found.unmatched,
            found.effect.sets,
        )
        assert one["effect"]["value"] == pytest.approx(found.effect.value)
        assert (one["effect"]["verdict"], one["effect"]["low"]) == (found.effect.verdict.value, found.effect.low)
        assert set(one["by_action"]) == set(found.by_action)
    totals, listed = decided.split(build.read("outcome_proposal", Filters(), **EVER, row_limit=2))
    assert len(listed) == 2 and listed["decided_at"].is_monotonic_decreasing
    assert totals["n"].sum() > 0
    assert [row["n"] for row in said["by_action"]] == totals["n"].tolist()
    assert len(said["proposals"]) == min(int(totals["n"].sum()), 1_000)


def test_a_period_narrows_the_decisions_and_text_names_the_verdict(
    asked: Callable[..., Any], tower: Callable[..., Any]
) -> None:
    assert asked("outcomes", "--until", "1999-12-31")["proposals"] == []
    said = tower("outcomes", "--until", "1999-12-31")
    assert said.returncode == 0
    assert "hours to resolve: cannot tell" in said.stdout and "nothing was decided yet" in said.stdout
