"""Do the reads of the integration page say what a person counts in a handful of messages?"""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from control_tower import warehouse
from tests.control_tower.conftest import Build

SINCE, UNTIL = datetime(2026, 3, 1), datetime(2026, 4, 1)


def read(build: Build, name: str) -> pd.DataFrame:
    build.model()
    text = (warehouse.READS / f"{name}.sql").read_text(encoding="utf-8")
    return build.connection.execute(text, {"source": "", "since": SINCE, "until": UNTIL}).df()


def message(number: int, **said: Any) -> dict[str, Any]:
    return {"message_id": f"m{number}", "attempt": 1, "interface_id": "x:edi", "status": "ok"} | said


def test_an_interface_that_stops_is_silent_and_one_that_always_pauses_is_not(build: Build) -> None:
    """INT-07: edi speaks every hour and has been silent for 30; weekly speaks once a week."""
    start = datetime(2026, 3, 1)
    hourly = [message(n, sent_at=start + timedelta(hours=n)) for n in range(700)]
    weekly = [message(1000 + n, interface_id="x:weekly", sent_at=start + timedelta(days=7 * n)) for n in range(5)]
    newest = message(2000, interface_id="x:other", sent_at=start + timedelta(hours=729))
    build.insert("core_integration_message", [*hourly, *weekly, newest])
    found = read(build, "integration_silence").set_index("label")
    assert found["is_silent"].to_dict() == {"edi": True, "weekly": False, "other": False}
    assert found.loc["edi", "silent_hours"] == 31 * 24 - 699
    assert found.loc["edi", "usual_gap_hours"] == 1


def test_a_message_later_than_the_policy_allows_counts_as_late(build: Build) -> None:
    due = datetime(2026, 3, 5)
    delays = [timedelta(hours=hours) for hours in (-1, 3, 5, 9)]  # the policy allows 4 hours
    build.insert(
        "core_integration_message", [message(n, sent_at=due + gap, expected_at=due) for n, gap in enumerate(delays)]
    )
    found = read(build, "integration_silence").iloc[0]
    assert (found["late_count"], found["expected_count"], found["message_count"]) == (2, 4, 4)


def test_failures_are_told_apart_by_consumer_and_schema_version(build: Build) -> None:
    """INT-06."""
    at = {"sent_at": datetime(2026, 3, 5), "consumer": "erp"}
    build.insert("core_integration_message", [
        message(1, **at, schema_version="1"),
        message(2, **at, schema_version="2", status="failed", error_class="schema"),
        message(3, **at, schema_version="2", status="dead_letter", error_class="auth"),
        message(4, **at, schema_version="2", status="failed", error_class="rate_limit"),
        message(5, **at, schema_version="2", status="failed", error_class="timeout"),
        message(6, sent_at=datetime(2026, 2, 5), consumer="erp", status="failed"),
    ])  # fmt: skip
    found = read(build, "integration_consumer").set_index("schema_version")
    assert list(found.index) == ["2", "1"]
    counts = ["attempt_count", "failed_count", "schema_count", "auth_count", "rate_limit_count"]
    assert found.loc["2", counts].tolist() == [4, 4, 1, 1, 1]
    assert found.loc["1", counts].tolist() == [1, 0, 0, 0, 0]


def test_a_business_exception_traces_to_a_message_that_had_failed_before_it(build: Build) -> None:
    """INT-05: o1 failed before, o2 only after, o3 came twice, o4 came late; x5 is named by a message; x6 is integration."""
    sent = datetime(2026, 3, 5)
    build.insert("core_integration_message", [
        message(1, order_id="o1", sent_at=sent, status="failed"),
        message(2, order_id="o2", sent_at=sent + timedelta(days=9), status="failed"),
        message(3, order_id="o3", sent_at=sent, business_key="b", idempotency_key="k1"),
        message(4, order_id="o3", sent_at=sent, business_key="b", idempotency_key="k2"),
        message(5, order_id="o4", sent_at=sent, expected_at=sent - timedelta(hours=6)),
        message(6, exception_id="x5", sent_at=sent, status="failed"),
        message(7, order_id="o7", sent_at=sent),
    ])  # fmt: skip
    raised = {"type_code": "late", "type_title": "Late", "category": "supply", "detected_at": sent + timedelta(days=1)}
    rows = [{"exception_id": f"x{n}", "order_id": f"o{n}"} | raised for n in (1, 2, 3, 4, 5, 7)]
    rows.append({"exception_id": "x6", "order_id": "o1"} | raised | {"category": "integration"})
    rows.append({"exception_id": "x8", "order_id": "o1"} | raised | {"status": "duplicate"})
    build.insert("mart_exception", rows)
    found = read(build, "integration_traced")
    assert found[["n", "traced_count", "failed_count", "late_count", "repeated_count"]].to_numpy().tolist() == [
        [6, 4, 2, 1, 1]
    ]


def test_an_attempt_and_a_dead_letter_lead_to_their_exception_within_the_scope(build: Build) -> None:
    """INT-03: m1 names x1; m2's order has x2 and the newer x3; m4's order has none. # fault 83: DC2's are not named."""
    sent = datetime(2026, 3, 5)
    lost = {"sent_at": sent, "status": "dead_letter", "dlq_at": sent, "error_class": "schema"}
    build.insert("core_integration_message", [
        message(1, exception_id="x1", **lost), message(2, order_id="o2", **lost), message(4, order_id="o4", **lost),
        message(5, **lost) | {"error_class": None, "http_code": 429, "order_id": "o2"},
        message(6, sent_at=sent, order_id="o2"),
    ])  # fmt: skip
    raised = {"type_code": "late", "type_title": "Late", "category": "supply", "site_id": "DC1"}
    build.insert("mart_exception", [
        {"exception_id": "x1", "detected_at": sent} | raised | {"site_id": "DC2"},
        {"exception_id": "x2", "order_id": "o2", "detected_at": sent} | raised,
        {"exception_id": "x3", "order_id": "o2", "detected_at": sent + timedelta(hours=1)} | raised,
    ])  # fmt: skip
    asked = {"source": "", "interface": "x:edi", "error": "", "since": SINCE, "until": UNTIL, "row_limit": 10}
    for scope, named in (("true", "x1"), ("site_id = 'DC1'", None)):
        found = {}
        for name in ("dead_letter", "failed_attempt"):
            text = (warehouse.READS / f"{name}.sql").read_text(encoding="utf-8")
            text = text.replace("{exceptions}", f"(SELECT * FROM mart_exception WHERE {scope})")
            bound = {key: value for key, value in asked.items() if f"${key}" in text}
            rows = build.connection.execute(text, bound).df().set_index("message_id")
            found[name] = rows["exception_id"].astype(object).where(rows["exception_id"].notna(), None).to_dict()
        assert found["dead_letter"] == found["failed_attempt"] == {"m1": named, "m2": "x3", "m4": None, "m5": "x3"}
    limited = build.connection.execute(text, asked | {"error": "rate_limit"}).df()
    assert (list(limited["message_id"]), list(limited["total"])) == (["m5"], [1])
