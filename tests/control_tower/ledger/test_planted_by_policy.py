"""Does the ledger tell a good policy from a harmful one, on a build whose two policies were planted? (REA-10)"""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from control_tower import policy
from control_tower.filters import Filters
from control_tower.ledger import compared
from control_tower.ledger.compared import Comparison, Measure
from control_tower.ledger.effect import Verdict
from control_tower.warehouse import Build
from tests.control_tower.typed_home import publish

AS_OF = datetime(2026, 6, 30)
RULES = policy.load().rules.outcomes
GAIN = {"1": 40.0, "2": -40.0, "3": 0.0}
"""Hours that a decision under each version of the policy takes off what is left."""

REGION = {"x:S0": "North", "x:S1": "South", "x:S2": "South"}


def planted() -> dict[str, list[dict[str, Any]]]:
    """450 holds of 100–140 h at three sites of two regions; every fifth is decided on at 20 h, under one policy after the other.

    The tier decides which version a decision was under; strategic ones take 30 h longer anyhow. What was rejected is no
    decision and takes as long as any other.
    """
    dice = np.random.default_rng(7)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("mart_exception", "core_proposal", "core_approval")}
    for number in range(450):
        detected = datetime(2026, 3, 1) + timedelta(hours=float(dice.uniform(0, 1_500)))
        tier = ("key", "small", "strategic")[number % 3]
        version, is_decided, is_rejected = str(number % 3 + 1), number % 5 == 0, number % 25 == 1
        took = float(dice.uniform(100, 140)) + 30 * (tier == "strategic") - GAIN[version] * is_decided
        ended, key = detected + timedelta(hours=took), f"x:E{number:03d}"
        rows["mart_exception"].append({
            "exception_id": key, "type_code": "credit_hold", "severity": "standard", "status": "resolved",
            "customer_tier": tier, "site_id": f"x:S{number // 3 % 3}", "detected_at": detected, "resolved_at": ended,
            "ended_at": ended, "as_of": AS_OF, "value_at_risk_amount": float(dice.lognormal(6, 1)), "source_system": "log",
        })  # fmt: skip
        if is_decided or is_rejected:
            at, name = detected + timedelta(hours=20), f"x:P{number}"
            said = "approved" if is_decided else "rejected"
            state = "confirmed" if is_decided else "rejected"
            rows["core_proposal"].append(
                {"proposal_id": name, "exception_id": key, "action": "release_credit", "state": state, "created_at": at}
            )
            rows["core_approval"].append({
                "approval_id": f"a{name}", "proposal_id": name, "decision": said, "decided_at": at, "policy_version": version,
            })  # fmt: skip
    rows["core_site"] = [{"site_id": f"x:S{n}", "name": f"Site {n}", "region": REGION[f"x:S{n}"]} for n in range(3)]
    return {**rows, "source_clock": [{"source_system": "log", "as_of": AS_OF}]}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return publish(tmp_path_factory.mktemp("planted"), "build-policies", AS_OF, planted())


@pytest.fixture(scope="module")
def found(build: Build) -> Comparison:
    return compared.of_build(build, Filters(), Measure.HOURS, RULES, None)


def test_each_policy_gets_the_verdict_that_was_planted(found: Comparison) -> None:
    verdicts = {"1": Verdict.HELPS, "2": Verdict.HARMS, "3": Verdict.CANNOT_TELL}
    assert {name: one.verdict for name, one in found.by_policy.items()} == verdicts
    for name, one in found.by_policy.items():
        assert one.low is not None and one.high is not None and one.value is not None
        assert one.low <= -GAIN[name] <= one.high
        assert one.value == pytest.approx(-GAIN[name], abs=8)
    assert sum(one.sets for one in found.by_policy.values()) == found.effect.sets


def test_a_set_is_one_to_five_exact_on_type_severity_tier_and_site_group(build: Build, found: Comparison) -> None:
    assert RULES.neighbours == 5
    assert found.sets["similar_cases"].between(1, 5).all() and (found.sets["similar_cases"] == 5).mean() > 0.9
    frame = build.read("outcome_case").set_index("exception_id")
    about = {row["exception_id"]: (row["customer_tier"], REGION[row["site_id"]]) for row in planted()["mart_exception"]}
    sites = {row["exception_id"]: row["site_id"] for row in planted()["mart_exception"]}
    away = 0
    for row in found.sets.to_dict("records"):
        for other in str(row["similar_ids"]).split():
            assert about[other] == about[row["exception_id"]]
            away += sites[other] != sites[row["exception_id"]]
            assert pd.isna(frame.loc[other, "decided_hours"]) or frame.loc[other, "decided_hours"] > 20
    assert away, "a site is compared within its group, not with itself alone"
    assert {one.name for one in found.balance} == set(compared.COVARIATES)
    assert found.decided == found.effect.sets + found.unmatched + found.too_recent + found.not_known
