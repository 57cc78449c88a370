"""Do the points add up as the policy says, does the first rule name the owner, and is the order that of the formula?"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from control_tower import policy, warehouse
from control_tower.model import ExceptionCase, User
from control_tower.policy import Policy
from control_tower.services import triaging
from control_tower.services.triaging import Asked, Laid
from control_tower.triage import routing, severity
from control_tower.vocabulary import ExceptionStatus
from tests.control_tower.conftest import Build

SHIPPED = policy.load()
PLANNER = User("planner", "planner", "operations_leader", None, "planner")
NOW = datetime(2026, 4, 1)


def laid(cases: dict[str, ExceptionCase] | None = None, rules: Policy = SHIPPED, **more: Any) -> Laid:
    facts: dict[str, Any] = {"assigned": frozenset(), "pauses": {}, "paused": frozenset(), "decided": {}} | more
    return Laid(rules, PLANNER, NOW, cases or {}, **facts)


def worked(exception_id: str, status: str, **more: Any) -> ExceptionCase:
    at = NOW.replace(tzinfo=UTC)
    return ExceptionCase(exception_id, ExceptionStatus(status), None, 1, at, at, **more)


def reading(build: Build) -> Callable[..., pd.DataFrame]:
    """The reads of the product on rows that a test typed in."""

    def read(name: str, _state: Any = None, **bound: Any) -> pd.DataFrame:
        text = (warehouse.READS / f"{name}.sql").read_text(encoding="utf-8").replace("{exceptions}", "mart_exception")
        return build.connection.execute(text, {key: value for key, value in bound.items() if f"${key}" in text}).df()

    return read


def typed(build: Build, **changed: Any) -> None:
    """One open exception of one order line; what a test says about it counts."""
    facts = {
        "exception_id": "x:1", "type_code": "out_of_stock", "type_title": "Out of stock", "category": "inventory",
        "severity": "standard", "status": "new", "customer_id": "x:C", "customer_tier": "strategic", "order_id": "x:O",
        "order_line_id": "x:O-1", "owner_team_id": "x:T", "detected_at": datetime(2026, 3, 31, 9), "reopen_count": 0,
        "paused_seconds": 0, "is_open": True, "value_at_risk_amount": 6_000,
    }  # fmt: skip
    build.insert("mart_exception", [facts | changed])


@pytest.fixture
def shop(build: Build) -> Build:
    """An order of 24,000 with two lines, one of them open and promised for tomorrow; its item is of class A."""
    build.insert("ref_exception_type", [{"type_code": "out_of_stock", "default_severity": "critical"}])
    build.insert("core_item", [{"item_id": "x:I", "criticality": "A"}, {"item_id": "x:J", "criticality": "C"}])
    line = {"order_id": "x:O", "unit_price": 10, "unit_cost": 6}
    build.insert("mart_order_line", [
        line | {"order_line_id": "x:O-1", "item_id": "x:I", "line_amount": 6_000, "open_amount": 5_000, "open_qty": 500,
                "promise_date": datetime(2026, 4, 2)},
        line | {"order_line_id": "x:O-2", "item_id": "x:J", "line_amount": 18_000, "open_amount": 0, "open_qty": 0},
    ])  # fmt: skip
    return build


def one(build: Build, store: Laid | None = None) -> dict[str, Any]:
    found = triaging.case(reading(build), store or laid(), "x:1")
    assert found is not None
    return found


def test_the_score_of_a_hand_worked_shortage(shop: Build) -> None:
    """20 type + 15 strategic + 12 order of 24,000 + 10 class A + 10 promised for tomorrow + 0 + 6 of 6,000 at risk."""
    typed(shop)
    found = one(shop)
    terms = severity.terms(found, SHIPPED.rules.triage, "EUR")
    assert [term.points for term in terms] == [20, 15, 12, 10, 10, 0, 6]
    assert sum(term.points for term in terms) == found["score"] == 73
    assert found["severity"] == "critical"
    assert (terms[2].why, terms[4].why) == ("24,000 EUR", "promised for tomorrow")
    assert all(term.points <= term.most for term in terms)


def test_revenue_and_margin_at_risk_stand_on_every_case(shop: Build) -> None:
    """TRI-07: 6,000 at risk on a line with a margin of 40 %."""
    typed(shop)
    assert (one(shop)["revenue_amount"], one(shop)["margin_amount"]) == (6_000, pytest.approx(2_400))


def test_where_no_money_is_stated_what_is_still_open_counts_and_says_so(shop: Build) -> None:
    typed(shop, value_at_risk_amount=None)
    assert (one(shop)["revenue_amount"], one(shop)["is_amount_stated"]) == (5_000, False)


def test_what_is_not_known_has_the_points_of_the_unknown(build: Build) -> None:
    typed(build, type_code="it_incident", category="service", customer_id=None, customer_tier=None, order_id=None,
          order_line_id=None, value_at_risk_amount=None)  # fmt: skip
    found = one(build)
    points = SHIPPED.rules.triage
    assert found["score"] == points.type_default.standard + points.customer_tier.unknown + points.criticality["unknown"]
    assert found["severity"] == "informational"
    assert (found["revenue_amount"], found["margin_amount"]) == (None, None)


def test_a_type_of_compliance_is_critical_whatever_its_points(build: Build) -> None:
    typed(
        build, type_code="compliance_hold", category="credit", customer_tier="small", order_id=None, order_line_id=None
    )
    found = one(build)
    assert found["severity"] == "critical"
    assert "always business-critical" in severity.verdict(found, SHIPPED.rules.triage)


@pytest.mark.parametrize(
    ("changed", "rule", "team"),
    [
        ({}, "strategic_critical", "sales_operations"),
        ({"customer_tier": "small"}, "as_the_source_says", "x:T"),
        ({"customer_tier": "small", "value_at_risk_amount": 25_000}, "large_stock_shortage", "sales_operations"),
        ({"customer_tier": "small", "value_at_risk_amount": 24_999}, "as_the_source_says", "x:T"),
        ({"category": "credit"}, "credit_stays_with_credit", "x:T"),
    ],
)
def test_the_first_rule_that_holds_names_the_owner(shop: Build, changed: dict[str, Any], rule: str, team: str) -> None:
    typed(shop, **changed)
    found = one(shop)
    assert (found["rule_id"], found["team_id"]) == (rule, team)
    assert routing.why(found, SHIPPED.rules.routing).startswith(f"rule {rule.replace('_', ' ')}")


def test_what_a_person_assigned_stands_above_the_rule(shop: Build) -> None:
    typed(shop)
    case = worked("x:1", "acknowledged", owner_team_id="x:T", owner_user_id="anna")
    assigned = one(shop, laid({"x:1": case}, assigned=frozenset({"x:1"})))
    assert (assigned["team_id"], assigned["user_id"], assigned["status"]) == ("x:T", "anna", "acknowledged")
    merely_seen = worked("x:1", "acknowledged", owner_team_id="x:T")
    assert one(shop, laid({"x:1": merely_seen}))["team_id"] == "sales_operations"


def test_the_store_takes_out_of_the_queue_what_it_ended_and_brings_back_what_it_reopened(shop: Build) -> None:
    typed(shop)
    typed(shop, exception_id="x:2", is_open=False, status="closed", ended_at=datetime(2026, 3, 31, 10))
    read = reading(shop)

    def ids(cases: dict[str, ExceptionCase]) -> list[str]:
        return [row["exception_id"] for row in triaging.rows_of(triaging.queue(read, laid(cases), Asked("all")))]

    assert ids({}) == ["x:1"]
    assert ids({"x:1": worked("x:1", "resolved")}) == []
    assert sorted(ids({"x:2": worked("x:2", "in_progress", reopen_count=1)})) == ["x:1", "x:2"]
    assert ids({"x:2": worked("x:2", "in_progress")}) == ["x:1"], "a newer build that shows the end stands"


def test_the_totals_stand_also_where_the_page_is_empty(build: Build) -> None:
    found = triaging.queue(reading(build), laid(), Asked("mine"))
    assert (len(found), found["all_count"].iloc[0], triaging.rows_of(found)) == (1, 0, [])


def test_the_wave_is_that_of_category_site_and_day() -> None:
    row = {"category": "inventory", "site_id": "x:1", "detected_at": datetime(2026, 1, 1)}
    assert routing.wave(row, SHIPPED.rules.routing) == "Wave 1: stock and supply"
    assert routing.wave(row | {"detected_at": datetime(2025, 12, 31, 23)}, SHIPPED.rules.routing) is None
    assert routing.wave(row | {"category": "finance"}, SHIPPED.rules.routing) is None


class Oracle:
    """The formula by loops over whole relations: nothing of the product's SQL."""

    def __init__(self, build: warehouse.Build) -> None:
        names = ("mart_exception", "mart_order_line", "core_item", "core_customer", "ref_exception_type")
        with build.cursor() as cursor:
            frames = {name: cursor.table(name).df() for name in names}
        self.open = frames["mart_exception"].query("is_open")
        lines = frames["mart_order_line"]
        lines = lines[lines["order_id"].isin(set(self.open["order_id"].dropna()))]
        self.lines = lines.set_index("order_line_id", drop=False)
        self.by_order = dict(list(lines.groupby("order_id")))
        self.items = frames["core_item"].set_index("item_id")
        self.tiers = frames["core_customer"].set_index("customer_id")["tier"]
        self.defaults = frames["ref_exception_type"].set_index("type_code")["default_severity"]
        self.rules = SHIPPED.rules.triage

    def score(self, e: Any) -> tuple[int, str, float]:
        rules = self.rules
        order = self.by_order.get(e.order_id) if isinstance(e.order_id, str) else None
        own = self.lines.loc[[e.order_line_id]] if isinstance(e.order_line_id, str) else order
        own = own if own is not None else self.lines.iloc[:0]
        items = [e.item_id] if isinstance(e.item_id, str) else [one for one in own["item_id"] if isinstance(one, str)]
        known = self.items.loc[[one for one in items if one in self.items.index]]
        classes = sorted(str(word) for word in known["criticality"].dropna())
        money = (
            float(e.value_at_risk_amount)
            if pd.notna(e.value_at_risk_amount)
            else float(own["open_amount"].sum())
            if len(own)
            else None
        )
        due = own.loc[own["open_qty"] > 0, "promise_date"].min() if len(own) else pd.NaT
        days = None if pd.isna(due) else (due.normalize() - e.as_of.normalize()).days
        tier = e.customer_tier if isinstance(e.customer_tier, str) else self.tiers.get(e.customer_id, "unknown")
        points = rules.type_points.get(e.type_code)
        total = (
            points if points is not None else getattr(rules.type_default, self.defaults.get(e.type_code, "standard"))
        )
        total += getattr(rules.customer_tier, tier) + rules.criticality[classes[0] if classes else "unknown"]
        total += self._steps(rules.order_value, float(order["line_amount"].sum()) if order is not None else None)
        total += self._steps(rules.exposure, money)
        total += max(
            (step.points for step in rules.fulfilment if days is not None and days <= step.within_days), default=0
        )
        is_strict = bool(known["is_regulated"].fillna(False).any()) or e.type_code in rules.compliance_types
        total += rules.regulated_points if is_strict else 0
        return total, self._tier(total, e.type_code), -1.0 if money is None else money

    def _steps(self, steps: Any, amount: float | None) -> int:
        return max((s.points for s in steps if amount is not None and float(s.from_amount) <= amount), default=0)

    def _tier(self, score: int, type_code: str) -> str:
        if score >= self.rules.tiers.critical_from or type_code in self.rules.tiers.always_critical:
            return "critical"
        return "standard" if score >= self.rules.tiers.standard_from else "informational"


def test_the_order_of_the_demo_queue_is_that_of_the_formula(demo_build: warehouse.Build) -> None:
    oracle, rank = Oracle(demo_build), {"critical": 0, "standard": 1, "informational": 2}
    scored = {e.exception_id: oracle.score(e) for e in oracle.open.itertuples()}
    expected = sorted(scored, key=lambda key: (rank[scored[key][1]], -scored[key][0], -scored[key][2], key))
    found, skip = list[dict[str, Any]](), 0
    while rows := triaging.rows_of(
        triaging.queue(demo_build.read, laid(), Asked("all", "impact", 50, skip), None, "[]")
    ):
        found += rows
        skip += 50
    assert len(found) == len(expected) > 200
    assert {row["exception_id"]: (row["score"], row["severity"]) for row in found} == {
        key: (score, tier) for key, (score, tier, _) in scored.items()
    }
    assert [row["exception_id"] for row in found] == expected


def test_money_of_the_demo_queue_counts_once_per_order_line(demo_build: warehouse.Build) -> None:
    with demo_build.cursor() as cursor:
        keys, every = cursor.table("mart_money_at_risk").df(), cursor.table("mart_exception").df()
    opened = set(every.loc[every["is_open"], "exception_id"])
    once = keys[keys["exception_id"].isin(opened)].groupby("money_key")["amount"].max().sum()
    total = triaging.queue(demo_build.read, laid(), Asked("all", row_limit=0), None, "[]").iloc[0]
    assert total["value_amount"] == pytest.approx(once)


def test_every_open_exception_of_the_demo_has_an_owner_and_a_clock(demo_build: warehouse.Build) -> None:
    """ROU-01, ROU-02; and the counts of the parts are the rows of the parts."""
    at = laid()
    clocks = triaging.open_clocks(demo_build.read, at)
    rows = triaging.rows_of(triaging.queue(demo_build.read, at, Asked("all", "due", 1000), None, clocks))
    assert all(row["team_id"] and row["rule_id"] for row in rows)
    assert {row["next_state"] for row in rows} <= {"late", "due soon", "running", "paused", "unknown"}
    dues = [row["next_due_at"] for row in rows if row["next_due_at"]]
    assert dues == sorted(dues) and len(dues) > 0.9 * len(rows)
    for view in ("todo", "mine", "team", "unassigned", "informational"):
        part = triaging.queue(demo_build.read, at, Asked(view, "impact", 1000), None, clocks)
        assert len(triaging.rows_of(part)) == part[f"{view}_count"].iloc[0], view
